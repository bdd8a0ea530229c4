import type { AnyNode, ImportDeclaration } from "acorn";
import type { TextEdit } from "./text-edit.js";

/** The import declarations of a command; all stand at its top level. */
export function findImports(tree: AnyNode): ImportDeclaration[] {
  return tree.type === "Program" ? tree.body.filter((node) => node.type === "ImportDeclaration") : [];
}

/** The names that an import declares. */
export function importedNames({ specifiers }: ImportDeclaration): string[] {
  return specifiers.map(({ local }) => local.name);
}

/**
 * `import a, { b as c } from "d"` becomes `!({default:a,b:c}=(yield($import("d",undefined,["default","b"]))));`: an assignment in its place,
 * unlike in a file, where it would come first. The importer is told the names, so that one that is missing is an error.
 *
 * @param awaiting `yield` or `await`
 */
export function* rewriteImport(
  source: string,
  node: ImportDeclaration,
  importer: string,
  awaiting: "yield" | "await",
): Generator<TextEdit> {
  const { start, end, specifiers, attributes } = node;
  const pairs: string[] = [];
  const names: string[] = [];
  let namespace: string | undefined;
  for (const specifier of specifiers) {
    const local = source.slice(specifier.local.start, specifier.local.end);
    if (specifier.type === "ImportNamespaceSpecifier") {
      namespace = local;
      continue;
    }
    let key = "default";
    let name = "default";
    if (specifier.type === "ImportSpecifier") {
      const { imported } = specifier;
      key = source.slice(imported.start, imported.end);
      name = imported.type === "Identifier" ? imported.name : String(imported.value);
    }
    pairs.push(`${key}:${local}`);
    names.push(name);
  }
  const entries = attributes.map(
    ({ key, value }) => `${source.slice(key.start, key.end)}:${quote(String(value.value))}`,
  );
  const options = entries.length === 0 ? "void 0" : `{with:{${entries.join()}}}`;
  const args = [quote(String(node.source.value)), options, `[${names.map(quote).join()}]`];
  const pattern = pairs.length === 0 ? "" : `{${pairs.join()}}=`;
  const target = namespace === undefined ? "" : `${namespace}=`;
  // The operator keeps the brackets from continuing the line before.
  const text = `!(${pattern}${target}(${awaiting}(${importer}(${args.join()}))));`;
  // An edit stays on one line.
  let place = start;
  for (const [index, line] of source
    .slice(start, end)
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .entries()) {
    yield { start: place, end: place + line.length, text: index === 0 ? text : "" };
    place += line.length + (source.startsWith("\r\n", place + line.length) ? 2 : 1);
  }
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}
