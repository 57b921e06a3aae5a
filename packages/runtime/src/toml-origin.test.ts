import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';

import { tomlLines } from './toml-origin.ts';

/** The scan is only asked about texts the parser accepts. */
function lines(text: string): Record<string, number> {
  parse(text);
  return Object.fromEntries(tomlLines(text));
}

describe('the line of a key', () => {
  it('is found below its section', () => {
    expect(
      lines('# head\n\n[server]\n\nhttp_port = 1 # x = 2\n  tcp_port=2\r\n[client]\nserver_port = 3'),
    ).toEqual({
      server: 3,
      'server.http_port': 5,
      'server.tcp_port': 6,
      client: 7,
      'client.server_port': 8,
    });
  });

  it('is found behind values of several lines that look like keys themselves', () => {
    const text = [
      '[server]',
      'a = """',
      'b = 1',
      '[client]',
      '\\"""',
      '""""',
      "c = '''",
      "d = 'x'''",
      'e = [ # comment ]',
      '  "f = 1",',
      '  ["]", 2],',
      ']',
      'g = 2026-11-23 15:16:48',
      'h = "\\"]#"',
    ].join('\n');
    // The escaped quotes of line 5 do not end the string; line 6 does.
    expect(lines(text)).toEqual({
      server: 1,
      'server.a': 2,
      'server.c': 7,
      'server.e': 9,
      'server.g': 13,
      'server.h': 14,
    });
  });

  it('is found for dotted, quoted and nested keys, and in inline tables', () => {
    expect(
      lines(
        'server . "http_port" = 1\nclient = { labels = { env = "a",\n role = "b" }, x = [{ y = 1 }] }\n[server.sub]\nz = 1\n[[list]]\nn = 1',
      ),
    ).toMatchObject({
      server: 1,
      'server.http_port': 1,
      client: 2,
      'client.labels': 2,
      'client.labels.env': 2,
      'client.labels.role': 3,
      'client.x': 3,
      'server.sub': 4,
      'server.sub.z': 5,
      list: 6,
      'list[0].n': 7,
    });
  });

  it('is found inside arrays of tables, written as tables of their own or inline', () => {
    const text = [
      '[[commands]]',
      'name = "a"',
      '[[commands]]',
      'name = "b"',
      'args = [',
      '  { literal = "x" },',
      '  { pattern = "y",',
      '    max = 3 } ]',
      '[[commands.more]]',
      'z = 1',
      '[server]',
      'q = 1',
    ].join('\n');
    expect(lines(text)).toMatchObject({
      commands: 1,
      'commands[0].name': 2,
      'commands[1]': 3,
      'commands[1].name': 4,
      'commands[1].args': 5,
      'commands[1].args[0].literal': 6,
      'commands[1].args[1].max': 8,
      'commands[1].more': 9,
      'commands[1].more[0].z': 10,
      'server.q': 12,
    });
  });

  it('comes to an end on any text, also one that is no TOML', () => {
    for (const text of [
      '',
      '=',
      '[',
      '[[',
      'a',
      'a=[',
      'a={',
      'a="',
      '}{][,',
      '"',
      "'''",
      'a = = =',
      '\u0000',
      '[a]]]\n]',
    ]) {
      expect(tomlLines(text)).toBeInstanceOf(Map);
    }
  });
});
