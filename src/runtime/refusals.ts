import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { Accepted } from '../ads/proxy-state.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { type Quarantinable, type Quarantined, quarantineKey, splitName, versionIn } from '../xds/quarantine/quarantine.ts';
import { isStreamListener } from '../xds/listeners/stream-listener.ts';
import type { Assembly } from './assembly.ts';
import type { Verdict } from './cold-proof.ts';
import { Finds, storm } from './finds.ts';
import { LastAccepted, type PartOf } from './last-accepted.ts';
import { contentIn, isLocal } from './refusal-message.ts';
import { QuarantineChanges } from './quarantine-changes.ts';
import { nameOf } from './refusal-problems.ts';
import { type Choice, Replacements } from './replacements.ts';
import { ServedContent } from './served-content.ts';
import { covers, type Trial, Trials } from './trials.ts';

/** A trial without an answer for so long is given up: the Envoy may be busy or gone. */
const patienceMs = 20_000;

interface Refused {
  readonly proxy: string;
  readonly fleet: string;
  readonly message: string;
}

export interface AnswerOptions {
  /** After a refusal each resource of the response is sent again in one of its own. */
  readonly retriesAlone: boolean;
  /** Whether what this Envoy refuses can be put aside for everybody; absent: all of it. */
  readonly judges?: (what: Quarantinable, name: string) => boolean;
}

/**
 * Decides from the answers of Envoys what is put aside and what is served instead. It writes rows of the quarantine and
 * says which, and leaves the pass that follows from it to others.
 */
export class Refusals {
  readonly #assembly: Assembly;
  readonly #accepted = new LastAccepted();
  readonly #replacements: Replacements;
  readonly #served: ServedContent;
  readonly #trials = new Trials();
  readonly #changes: QuarantineChanges;
  /** What must not be served any more where something else takes its place. */
  readonly #replacing = new Map<Quarantined, { readonly bad: ReadonlySet<string>; readonly refused: Refused }>();
  readonly #finds = new Finds();
  #newest = 0;

  constructor(assembly: Assembly) {
    this.#assembly = assembly;
    this.#changes = new QuarantineChanges(assembly.quarantine);
    this.#replacements = new Replacements(assembly.rendering, this.#accepted);
    this.#served = new ServedContent(assembly, this.#accepted);
  }

  get searching(): boolean {
    return this.#trials.size > 0;
  }

  /** To be called before a snapshot is published. `partOf`: what of it a fleet gets, once it is published; default: all. */
  published(snapshot: Snapshot, partOf?: PartOf): void {
    this.#newest = snapshot.number;
    this.#accepted.published(snapshot, partOf);
  }

  accepted(event: Accepted): void {
    this.#accepted.accepted(event);
    for (const trial of this.#trials.values()) {
      if (trial.proxy !== event.proxy) continue;
      trial.reached = event.snapshot;
      this.#advance(trial, event);
    }
    this.#tidy();
  }

  answered(answer: Acknowledgement, options: AnswerOptions): void {
    this.#accepted.answered(answer);
    const what = answer.type === 'scopes' || answer.type === 'routes' ? 'hosts' : answer.type;
    if (answer.refusal !== undefined) this.#refused(what, answer, answer.refusal, options);
    else for (const trial of this.#trials.all(what, answer.names)) this.#advance(trial, answer);
    this.#tidy();
  }

  /** A fresh Envoy, which serves nobody, runs this snapshot. */
  proven(proxy: string, snapshot: Snapshot): void {
    this.#accepted.proven(proxy, snapshot);
  }

  /**
   * A fresh Envoy refuses these of a snapshot, each by itself. Gives back what stays as it is all the same, and why.
   * What other Envoys run is taken from them only when a fresh one has run a snapshot before: else it may be the fresh
   * one that is odd. And one that refuses very much is not believed at all.
   */
  condemned(proxy: string, snapshot: number, verdicts: readonly Verdict[]): readonly string[] {
    const due = verdicts.filter(
      ({ what, name }) => this.#trials.of(what, name) === undefined && this.#served.isServed(what, name, snapshot),
    );
    const theirs = this.#assembly.quarantined().filter(({ refusal }) => refusal?.proxy === proxy);
    if (due.length + theirs.length > storm.most) {
      for (const row of theirs) this.#changes.remove(row);
      this.#changes.because(`Envoy ${proxy} refuses too much to be believed`);
      return [`it refuses ${due.length + theirs.length} things, which is too much to be believed`];
    }
    return due.flatMap(({ what, name, message }) => {
      const stays = this.#whyItStays(proxy, what, name);
      if (stays === undefined) this.#convict(what, [name], { proxy, fleet: this.#assembly.fleet, message });
      return stays === undefined ? [] : [`${nameOf({ what, name })} ${stays}: ${message}`];
    });
  }

  #whyItStays(proxy: string, what: Quarantinable, name: string): string | undefined {
    const [version = ''] = this.#served.servedVersion(what, name);
    if (!this.#accepted.knows(proxy) && this.#isAccepted(proxy, { what, name }, version))
      return 'stays, because Envoys of the fleet run it';
    const [best] = this.#replacements.of(proxy, what, name, new Set([version]));
    return what === 'listeners' && best.replacement.type === 'left out' ? 'stays, because there is no other version of it' : undefined;
  }

  /** Gives up trials that get no answer any more. */
  expire(connected: ReadonlySet<string>): void {
    this.#accepted.keep(connected);
    for (const trial of this.#trials.values()) {
      const { proxy, at } = trial;
      if (connected.has(proxy) && performance.now() - at < patienceMs) continue;
      this.#trials.end(trial);
      this.#hold(trial, []);
      this.#changes.because(`Envoy ${proxy} did not answer what was tried`);
    }
  }

  /** What has changed in the quarantine since this was asked last, and why. */
  take(): ReturnType<QuarantineChanges['take']> {
    this.#tidy();
    return this.#changes.take();
  }

  /** The pass after `take` is done: the newest snapshot tries what is to be tried. */
  passed(): void {
    // Nobody answers what is the same as before: it is as bad.
    const replacing = [...this.#replacing];
    this.#replacing.clear();
    for (const [{ what, name }, { bad, refused }] of replacing) {
      if (this.#served.servedVersion(what, name).some((version) => bad.has(version))) this.#convict(what, [name], refused);
    }
    for (const trial of this.#trials.values()) {
      trial.candidate ??= this.#newest;
      this.#advance(trial, { proxy: trial.proxy, snapshot: trial.reached });
    }
  }

  #refused(what: Quarantinable, answer: Acknowledgement, message: string, { retriesAlone, judges }: AnswerOptions): void {
    const { proxy, fleet } = answer;
    const trials = this.#trials.all(what, answer.names);
    if (trials.some((trial) => trial.proxy !== proxy)) return;
    const content = (what === 'hosts' ? this.#served.newHosts(answer) : this.#served.newResources(what, answer)).filter(
      (name) => !this.#isHeld(what, name),
    );
    // It has changed, or was put aside, since it was sent: what is sent now will be answered as well.
    if (content.length === 0 || content.some((name) => !this.#served.isServed(what, name, answer.snapshot))) return;
    if (this.#runsElsewhere(answer)) return;
    if (judges !== undefined && !(retriesAlone && content.every((name) => judges(what, name)))) return;
    const refused = { proxy, fleet, message };
    const named = contentIn(message, what, content);
    // Which ports are free is a matter of each machine; but those of TCP and UDP services are somebody's choice.
    if (isLocal(message) && !(named.length > 0 && named.every(isStreamListener))) return;
    const certain = new Set(named.map((name) => splitName(name).hostname)).size === named.length;
    const replaced = content.filter((name) => this.#served.isReplaced(what, name));
    // What goes again one by one needs no search; but in one scope there may be many hosts, and parts of a host.
    const alone = retriesAlone && (what !== 'hosts' || answer.names.length > 1);
    if (content.length === 1 || (!alone && this.#finds.areStorm(what, fleet))) this.#convict(what, content, refused);
    else if (replaced.length > 0) this.#convict(what, replaced, refused);
    else if (named.length > 0 && certain) this.#convict(what, named, refused);
    else if (!alone) {
      const begun = trials[0] ?? this.#trials.begin(what, retriesAlone && what === 'hosts' ? answer.names[0] : undefined, refused);
      begun.message = message;
      const culprit = begun.bisection.refused(named.length > 0 ? named : content);
      if (culprit !== undefined) this.#convict(what, [culprit], refused);
      else this.#try(begun);
    }
  }

  #isHeld(what: Quarantinable, name: string): boolean {
    const row = this.#assembly.quarantine.get(quarantineKey(what, name));
    return row !== undefined && row.refusal === undefined && row.version === this.#assembly.rendering.rendered(what, name)?.version;
  }

  /** What another Envoy of the fleet runs is not taken from it because one refuses it. */
  #runsElsewhere({ proxy, type, names, snapshot }: Acknowledgement): boolean {
    const sent = this.#accepted.snapshot(snapshot)?.resources[type];
    return names.every((name) => {
      const version = sent?.get(name)?.version;
      return version !== undefined && this.#accepted.isHeldByOther(proxy, type, name, version);
    });
  }

  /** What is being tried was accepted. */
  #advance(trial: Trial, { proxy, snapshot }: Pick<Acknowledgement, 'proxy' | 'snapshot'>): void {
    if (trial.proxy !== proxy || trial.candidate === undefined || snapshot < trial.candidate) return;
    const culprit = trial.bisection.accepted();
    if (culprit !== undefined) this.#convict(trial.what, [culprit], trial);
    else this.#try(trial);
  }

  #try(trial: Trial): void {
    trial.at = performance.now();
    trial.candidate = undefined;
    this.#hold(trial, trial.bisection.held);
    this.#changes.because(`looking for what Envoy ${trial.proxy} refuses`);
    if (trial.bisection.held.length === 0) this.#trials.end(trial);
  }

  /** These are refused for certain: the next best thing is served instead. */
  #convict(what: Quarantinable, names: readonly string[], refused: Refused): void {
    const trials = new Set<Trial>();
    for (const name of names) {
      const choice = this.#putAside(what, name, refused);
      const trial = this.#trials.of(what, name);
      if (trial === undefined) continue;
      trial.bisection.found(name, { trusted: choice?.replacement.type.startsWith('accepted') !== false });
      trials.add(trial);
    }
    for (const trial of trials) this.#try(trial);
  }

  #putAside(what: Quarantinable, name: string, { proxy, fleet, message }: Refused): Choice | undefined {
    const { rendering, quarantine } = this.#assembly;
    const rendered = rendering.rendered(what, name);
    // Where the whole host is put aside, nothing of its parts is served.
    if (rendered === undefined || (what === 'hosts' && splitName(name).owner !== undefined && this.#isReplacedWhole(name)))
      return undefined;
    const row = quarantine.get(quarantineKey(what, name));
    const inForce = row?.refusal !== undefined && row.version === rendered.version;
    // Where something else was served already, that is what was refused now.
    const bad = new Set([rendered.version, ...(inForce ? this.#served.servedVersion(what, name) : [])]);
    const choices = this.#replacements.of(proxy, what, name, bad);
    const index = inForce ? choices.findIndex(({ replacement }) => replacement.type === row.replacement.type) : -1;
    if (inForce && index + 1 === choices.length && what === 'hosts') {
      const { hostname, owner } = splitName(name);
      if (owner !== undefined) return this.#putAside(what, hostname, { proxy, fleet, message });
    }
    const choice = choices[index + 1] ?? choices.at(-1) ?? choices[0];
    const sources = this.#replacements.sources(what, name, choice.replacement);
    // The words about what was refused first are the ones that matter to its owner.
    const words = inForce ? row.refusal : { proxy, message, since: Date.now() };
    if (!inForce) this.#finds.add(what, fleet);
    const replaced: Quarantined = { what, name, version: rendered.version, ...choice, refusal: { ...words, sources } };
    if (what === 'hosts') this.#supersede(name);
    this.#changes.set(replaced);
    if (index + 1 < choices.length) this.#replacing.set(replaced, { bad, refused: { proxy, fleet, message } });
    this.#changes.because(`Envoy ${proxy} refused ${nameOf({ what, name })}`);
    return choice;
  }

  #isReplacedWhole(part: string): boolean {
    return this.#served.isReplaced('hosts', splitName(part).hostname);
  }

  /** A host is put aside as a whole or in parts: what was said of it before is over. */
  #supersede(name: string): void {
    const { hostname, owner } = splitName(name);
    for (const row of this.#assembly.quarantined()) {
      const other = splitName(row.name);
      if (row.what === 'hosts' && other.hostname === hostname && (other.owner === undefined) !== (owner === undefined))
        this.#changes.remove(row);
    }
  }

  /** Holds back these and no others that were not refused themselves. */
  #hold(trial: Trial, names: readonly string[]): void {
    const { what, proxy } = trial;
    const { rendering, quarantine } = this.#assembly;
    const wanted = new Set(names);
    for (const row of this.#assembly.quarantined()) {
      if (row.refusal === undefined && covers(trial, row.what, row.name) && !wanted.has(row.name)) this.#changes.remove(row);
    }
    for (const name of names) {
      const version = rendering.rendered(what, name)?.version;
      const row = quarantine.get(quarantineKey(what, name));
      if (version === undefined || row?.version === version) continue;
      this.#changes.set({ what, name, version, ...this.#replacements.meanwhile(proxy, what, name, version) });
    }
  }

  /** Takes back what is not needed any more: other content was accepted, or the thing is gone. */
  #tidy(): void {
    const { rendering, current } = this.#assembly;
    // What an earlier process has put aside waits for what it is about.
    if (current === undefined) return;
    for (const row of this.#assembly.quarantined()) {
      const version = rendering.rendered(row.what, row.name)?.version;
      if (version === row.version) continue;
      if (version !== undefined && row.refusal !== undefined && !this.#isAccepted(row.refusal.proxy, row, version)) continue;
      this.#changes.remove(row);
      this.#changes.because(`${nameOf(row)} is ${version === undefined ? 'gone' : 'accepted again'}`);
    }
  }

  #isAccepted(proxy: string, { what, name }: Pick<Quarantined, 'what' | 'name'>, version: string): boolean {
    if (what === 'hosts') return this.#replacements.acceptedHost(proxy, name, (host) => versionIn(host, name) === version) !== undefined;
    return this.#accepted.find(proxy, what, name, (resource) => resource.version === version) !== undefined;
  }
}
