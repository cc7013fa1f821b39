import { at, entriesOf, isTree, itemsOf, type Tree } from '../tree.js';

/** What tools and models there are, over all layers; made once for all rules. */
export interface Catalogue {
  tools: readonly string[];
  /** Every model by name: the catalogue's and those that a tool lists. */
  models: readonly string[];
  hasTool(name: string): boolean;
  isKnown(model: string): boolean;
  /** The models that a tool lists, `*` included. */
  listed(tool: string): readonly string[];
  /** The tool lists `*`: it passes any id on. */
  passesOn(tool: string): boolean;
  /** Whether a tool can be asked for a model, by name or by `*`. */
  offers(tool: string, model: string): boolean;
  /** Tools that list a model by name, in the order of the tree. */
  listing(model: string): readonly string[];
}

/** Reads the tools and models of a tree; what is no map or no text is left to the schema. */
export function catalogueOf(tree: Tree): Catalogue {
  const lists = new Map(entriesOf(tree.tools).map(([name]) => [name, listedModels(tree, name)]));
  const listing = new Map<string, string[]>();
  for (const [tool, models] of lists)
    for (const model of models) listing.set(model, [...(listing.get(model) ?? []), tool]);
  const catalogued = isTree(tree.models) ? Object.keys(tree.models) : [];
  const models = [...new Set([...catalogued, ...listing.keys()])].filter((name) => name !== '*');
  const known = new Set(models);
  const listed = (tool: string) => lists.get(tool) ?? [];
  const passesOn = (tool: string) => listed(tool).includes('*');
  return {
    tools: [...lists.keys()],
    models,
    hasTool: (name) => lists.has(name),
    isKnown: (model) => known.has(model),
    listed,
    passesOn,
    offers: (tool, model) => listed(tool).includes(model) || passesOn(tool),
    listing: (model) => listing.get(model) ?? [],
  };
}

function listedModels(tree: Tree, tool: string): string[] {
  return itemsOf(at(tree, ['tools', tool, 'models'])).flatMap(({ item }) =>
    typeof item === 'string' ? [item] : [],
  );
}
