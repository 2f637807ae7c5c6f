// Cuts the descriptors down to what the root messages are made of.
import { nameOf } from './model.mjs';
import { fieldsOf, textOf } from './wire.mjs';

/** Root names out of the text of roots.txt; `package.*` becomes the top-level messages of that package. */
export function readRoots(text, model) {
  const roots = [];
  for (const [index, line] of text.split('\n').entries()) {
    const name = line.replace(/#.*/, '').trim();
    if (name === '') continue;
    const found = name.endsWith('.*') ? topLevelOf(name.slice(0, -1), model) : model.messages.has(name) ? [name] : [];
    if (found.length === 0) throw new Error(`protos/roots.txt line ${index + 1}: Envoy knows no ${name}`);
    roots.push(...found);
  }
  return roots;
}

function topLevelOf(prefix, model) {
  const inPackage = ({ name, parent }) => parent === undefined && name.startsWith(prefix) && !name.slice(prefix.length).includes('.');
  return [...model.messages.values()].filter(inPackage).map(({ name }) => name);
}

/**
 * Names of all messages and enums needed to read and write `roots`. A message brings its parent and the types nested in it, so that
 * declarations are kept or dropped as a whole.
 * @returns {Set<string>}
 */
export function closureOf(roots, model) {
  const nested = new Map();
  for (const { name, parent } of [...model.messages.values(), ...model.enums.values()]) {
    if (parent !== undefined) nested.set(parent, [...(nested.get(parent) ?? []), name]);
  }
  const needed = new Set();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (needed.has(name)) continue;
    const declared = model.messages.get(name) ?? model.enums.get(name);
    if (declared === undefined) throw new Error(`no descriptor of ${name}`);
    needed.add(name);
    if (declared.parent !== undefined) waiting.push(declared.parent);
    waiting.push(...(nested.get(name) ?? []));
    for (const { typeName } of declared.fields ?? []) if (typeName !== '') waiting.push(typeName);
  }
  return needed;
}

// FileDescriptorProto: 3 dependency, 4 message_type, 5 enum_type, 6 service; 7 extension, 8 options, 9 source_code_info and the
// indexes 10 and 11 into the dependencies are of no use here.
const dropped = new Set([7, 8, 9, 10, 11]);

/** `files` with only the declarations in `needed` and these services. Files left empty go. */
export function cutFiles(files, needed, services = []) {
  const kept = new Map();
  const isKept = (name) => needed.has(name) || services.includes(name);
  for (const [file, bytes] of files) {
    const fields = fieldsOf(bytes);
    const packageField = fields.find(({ number }) => number === 2);
    const scope = packageField === undefined ? '' : `${textOf(bytes, packageField)}.`;
    const stays = (field) => {
      if (dropped.has(field.number)) return false;
      return field.number < 4 || field.number > 6 || isKept(scope + nameOf(bytes, field));
    };
    const remaining = fields.filter(stays);
    if (remaining.some(({ number }) => number >= 4 && number <= 6)) kept.set(file, { bytes, remaining });
  }
  return new Map([...kept].map(([file, { bytes, remaining }]) => [file, rebuild(bytes, remaining, kept)]));
}

function rebuild(bytes, fields, kept) {
  const parts = fields
    .filter((field) => field.number !== 3 || kept.has(textOf(bytes, field)))
    .map((field) => bytes.subarray(field.start, field.to));
  return Buffer.concat(parts);
}

/** Files in an order in which each comes after those it imports, as readers of a FileDescriptorSet expect. */
export function inOrderOfImport(files) {
  const ordered = new Map();
  const visit = (file) => {
    if (ordered.has(file)) return;
    const bytes = files.get(file);
    for (const field of fieldsOf(bytes)) if (field.number === 3) visit(textOf(bytes, field));
    ordered.set(file, bytes);
  };
  for (const file of files.keys()) visit(file);
  return ordered;
}
