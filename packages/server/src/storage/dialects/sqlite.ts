import type { Dialect } from './dialect.ts';
import { judge } from './sqlite-errors.ts';
import { openReader } from './sqlite-reader.ts';
import { openWriter } from './sqlite-writer.ts';

export const sqlite: Dialect = { openReader, openWriter, judge };
