import type { Graph, GraphNode } from '../explain/inventory/graph.ts';

const shapes: Readonly<Record<GraphNode['kind'], string>> = {
  listener: 'house',
  host: 'oval',
  certificate: 'note',
  object: 'folder',
  route: 'box',
  cluster: 'cylinder',
};

/** For Graphviz: https://graphviz.org/doc/info/lang.html */
export function printDot({ nodes, edges }: Graph): string {
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return [
    'digraph naru {',
    '  rankdir=LR;',
    ...nodes.map((node) => `  ${quoted(node.id)} [shape=${shapes[node.kind]}, label=${quoted(caption(node))}];`),
    ...edges.map(({ from, to, label }) => `  ${quoted(from)} -> ${quoted(to)}${label === undefined ? '' : ` [label=${quoted(label)}]`};`),
    '}\n',
  ].join('\n');
}

/** For Mermaid: https://mermaid.js.org/syntax/flowchart.html */
export function printMermaid({ nodes, edges }: Graph): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  // Whatever is not plain is written by its number, which no text of a user's can close.
  const quoted = (text: string): string => `"${text.replaceAll(/[^\w ./:*,%-]/g, (sign) => `#${sign.codePointAt(0)};`)}"`;
  return [
    'flowchart LR',
    ...nodes.map((node) => `  ${ids.get(node.id)}[${quoted(caption(node))}]`),
    ...edges.map(({ from, to, label }) => `  ${ids.get(from)} -->${label === undefined ? '' : `|${quoted(label)}|`} ${ids.get(to)}`),
    '',
  ].join('\n');
}

function caption({ label, endpoints }: GraphNode): string {
  return endpoints === undefined ? label : `${label} (${endpoints === 1 ? '1 endpoint' : `${endpoints} endpoints`})`;
}
