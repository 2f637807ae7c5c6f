import { type Quarantinable, splitName } from '../xds/quarantine/quarantine.ts';
import { scopeOf } from '../xds/scopes/scope.ts';

/** Which of these names an Envoy's message speaks of: whole names, not parts of longer ones. */
export function namesIn(message: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    if (name === '*' || name === '') return false;
    for (let at = message.indexOf(name); at >= 0; at = message.indexOf(name, at + 1)) {
      if (!isPart(message[at - 1]) && !isPart(message[at + name.length])) return true;
    }
    return false;
  });
}

function isPart(character: string | undefined): boolean {
  return character !== undefined && /[\w.*/-]/.test(character);
}

/** Which of what was refused an Envoy's message speaks of. It may call a host by its name, or by that of its scope. */
export function contentIn(message: string, what: Quarantinable, content: readonly string[]): readonly string[] {
  return content.filter((name) => {
    const { hostname } = splitName(name);
    return namesIn(message, what === 'hosts' ? [hostname, scopeOf(hostname)] : [name]).length > 0;
  });
}

/** An Envoy that cannot listen where it should says nothing about what it was told. */
export function isLocal(message: string): boolean {
  return /cannot bind|address already in use|permission denied/i.test(message);
}
