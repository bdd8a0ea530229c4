import { connect } from "pdm/client";

await using client = await connect(process.argv[2] ?? "./shop.sock");
const requests = await client.find("pdm.http.requests");
for await (const { fields } of await requests.subscribe()) {
  const { method, url, status, durationMs, aborted } = fields;
  if (aborted === undefined) continue; // a start
  console.log("%s %s %s in %f ms%s", method, url, status, durationMs, aborted ? ", aborted" : "");
}
