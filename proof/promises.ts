/** Every promise that is shown from these sources alone, in the order of their numbers; P14 needs those of an earlier one. */
import type { Proof } from './promise.ts';
import { p1 } from './promises/p01.ts';
import { p2 } from './promises/p02.ts';
import { p2b } from './promises/p02b.ts';
import { p2c } from './promises/p02c.ts';
import { p2d } from './promises/p02d.ts';
import { p2e } from './promises/p02e.ts';
import { p3 } from './promises/p03.ts';
import { p4 } from './promises/p04.ts';
import { p4b } from './promises/p04b.ts';
import { p6 } from './promises/p06.ts';
import { p7b } from './promises/p07b.ts';
import { p8 } from './promises/p08.ts';
import { p9b } from './promises/p09b.ts';
import { p10 } from './promises/p10.ts';
import { p11b } from './promises/p11b.ts';
import { p12 } from './promises/p12.ts';
import { p13 } from './promises/p13.ts';
import { p15 } from './promises/p15.ts';
import { p16 } from './promises/p16.ts';
import { p21 } from './promises/p21.ts';
import { p22 } from './promises/p22.ts';

export const PROOFS: readonly Proof[] = [
  p1,
  p2,
  p2b,
  p2c,
  p2d,
  p2e,
  p3,
  p4,
  p4b,
  p6,
  p7b,
  p8,
  p9b,
  p10,
  p11b,
  p12,
  p13,
  p15,
  p16,
  p21,
  p22,
];
