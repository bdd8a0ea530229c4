import { connect } from "pdm/client";

await using client = await connect(process.argv[2] ?? "./shop.sock");
const byStatus = await client.find("pdm.http.statistics/byStatus");
const counts = (await byStatus.read()) as ReadonlyMap<string | null, number>;
for (const [status, count] of counts) console.log("%s: %d", status ?? "no response", count);
