// node statistics.mjs SPEC: reads what the shop says of its orders.
import { connect } from "pdm/client";

const client = await connect(process.argv[2] ?? "./shop.sock");
const statistics = await client.find("shop.orders.statistics");
for (const name of await statistics.list()) {
  const attribute = await statistics.lookup(name);
  const { description } = (await attribute.describe()) ?? {};
  console.log(name, await attribute.read(), `(${description})`);
}
client.close();
