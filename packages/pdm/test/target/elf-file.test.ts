import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { ElfFile } from "../../src/target/elf-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "pdm-elf-"));
after(() => rmSync(folder, { recursive: true }));

const SECTIONS_AT = 64;
const NAMES_AT = 256;

interface Lies {
  readonly sectionsAt?: bigint;
  readonly tableSize?: bigint;
  readonly tableAt?: bigint;
  readonly symbolValue?: bigint;
}

/** A program that offers one symbol, `v8dbg_one`, with the number 7; or lies about where that is. */
function writeElf(name: string, lies: Lies = {}): string {
  const file = Buffer.alloc(1_024);
  file.write("\u007FELF\u0002\u0001", 0, "latin1");
  file.writeBigUInt64LE(lies.sectionsAt ?? BigInt(SECTIONS_AT), 0x28);
  file.writeUInt16LE(3, 0x3c);
  const writeSection = (index: number, type: number, offset: bigint, size: bigint, link: number): void => {
    const at = SECTIONS_AT + index * 64;
    file.writeUInt32LE(type, at + 4);
    file.writeBigUInt64LE(offset, at + 24);
    file.writeBigUInt64LE(size, at + 32);
    file.writeUInt32LE(link, at + 40);
  };
  writeSection(0, 11, lies.tableAt ?? 512n, lies.tableSize ?? 24n, 1);
  writeSection(1, 3, BigInt(NAMES_AT), 64n, 0);
  writeSection(2, 1, 768n, 64n, 0);
  file.write("\0v8dbg_one\0", NAMES_AT, "latin1");
  file.writeUInt32LE(1, 512);
  file.writeUInt16LE(2, 518);
  file.writeBigUInt64LE(lies.symbolValue ?? 0n, 520);
  file.writeInt32LE(7, 768);
  const target = path.join(folder, name);
  writeFileSync(target, file);
  return target;
}

function readNumbers(target: string): [string, number][] | undefined {
  using file = ElfFile.open(target);
  return file && [...file.readNumbers("v8dbg_")];
}

test("the numbers that a program tells are read", () => {
  assert.deepEqual(readNumbers(writeElf("honest")), [["one", 7]]);
});

test("a file that lies about itself tells nothing, and does no harm", () => {
  assert.deepEqual(readNumbers(writeElf("sections", { sectionsAt: 0xffff_ffff_ffff_fff0n })), []);
  assert.deepEqual(readNumbers(writeElf("table", { tableAt: 0xffff_ffff_ffff_0000n })), []);
  assert.deepEqual(readNumbers(writeElf("value", { symbolValue: 0xffff_ffff_ffff_0000n })), []);
  assert.deepEqual(readNumbers(writeElf("beyond", { symbolValue: 100_000n })), []);
  // Its table is the rest of the file, which has two terabytes of zeroes.
  const large = writeElf("large", { tableSize: 0xffff_ffff_ffff_ffffn });
  truncateSync(large, 2 ** 41);
  assert.deepEqual(readNumbers(large), [["one", 7]]);
  const short = writeElf("short");
  truncateSync(short, 20);
  assert.equal(readNumbers(short), undefined);
});

test("what is no regular file is not opened, also behind a link", () => {
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  symlinkSync(pipe, path.join(folder, "link"));
  for (const target of [pipe, path.join(folder, "link"), "/dev/zero", folder]) {
    assert.equal(ElfFile.open(target), undefined);
  }
});
