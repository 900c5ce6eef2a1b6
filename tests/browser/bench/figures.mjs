// Figures of a measurement, as people read them.
import os from "node:os";

export const percentile = (times, p) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor((times.length * p) / 100))];
export const ms = (time) => (time >= 100 ? Math.round(time).toLocaleString("en") : time.toFixed(time >= 10 ? 1 : 2));

/** Prints rows as a table; each row names its columns. */
export function print(rows) {
  console.log(`${os.cpus()[0]?.model ?? "unknown"}, ${os.cpus().length} cores, ${os.platform()}; times in ms\n`);
  const names = Object.keys(Object.assign({}, ...rows));
  console.log(`| ${names.join(" | ")} |`);
  console.log(`|${names.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${names.map((name) => row[name] ?? "").join(" | ")} |`);
}
