// The public interface as a text that is committed: packages/pdm/etc/NAME.api.md, one an entry point.
//   node tools/package/api.mjs           compares it with what was built
//   node tools/package/api.mjs --update  writes it anew; look at the difference before you commit it
import "../node-version.mjs";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { ROOT, runTool, ToolError } from "../command.mjs";

const ENTRY_POINTS = ["index", "client", "http", "register", "attach"];
const PACKAGE = path.join(ROOT, "packages", "pdm");
const REPORTS = path.join(PACKAGE, "etc");
const TEMPORARY = path.join(ROOT, ".cache", "api");
const QUIET = { logLevel: ExtractorLogLevel.None };

await runTool(async () => {
  const isUpdate = process.argv.includes("--update");
  for (const folder of [REPORTS, TEMPORARY]) mkdirSync(folder, { recursive: true });
  const changed = ENTRY_POINTS.filter((name) => extract(name, isUpdate));
  if (changed.length === 0) return;
  if (isUpdate) {
    console.log(`Written anew: ${changed.map((name) => `packages/pdm/etc/${name}.api.md`).join(", ")}`);
  } else {
    throw new ToolError(
      `The public interface differs from packages/pdm/etc (${changed.join(", ")}). If it should: npm run api`,
    );
  }
});

/**
 * @param {string} name of an entry point
 * @param {boolean} isUpdate whether to write the report
 * @returns {boolean} whether it differs from the committed one
 * @throws {ToolError} where something public mentions a type that is not
 */
function extract(name, isUpdate) {
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: path.join(PACKAGE, "package.json"),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: PACKAGE,
      mainEntryPointFilePath: path.join(PACKAGE, "dist", "types", `${name}.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2023",
            lib: ["es2023", "esnext.disposable"],
            module: "nodenext",
            types: ["node"],
            strict: true,
          },
          files: [path.join(PACKAGE, "dist", "types", `${name}.d.ts`)],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: REPORTS,
        reportTempFolder: TEMPORARY,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Warning },
          "ae-missing-release-tag": QUIET,
          "ae-undocumented": QUIET,
        },
        // Its own syntax of comments, stricter than what editors show.
        tsdocMessageReporting: { default: QUIET },
      },
    },
  });
  /** @type {string[]} */
  const faults = [];
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: isUpdate,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel !== ExtractorLogLevel.Warning && message.logLevel !== ExtractorLogLevel.Error) return;
      if (message.messageId.startsWith("console-api-report-")) return;
      faults.push(
        `${message.sourceFilePath ?? name}:${message.sourceFileLine ?? ""} ${message.messageId} ${message.text}`,
      );
    },
  });
  if (faults.length > 0) throw new ToolError(faults.join("\n"));
  return apiReportChanged;
}
