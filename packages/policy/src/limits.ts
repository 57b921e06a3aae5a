/** Bounds of every command, whatever it is. */
import { MAX_COMMAND_LENGTH } from '@ops/protocol/domain/command.ts';

/** After trimming; the same as what is stored of a command. */
export const MAX_LENGTH = MAX_COMMAND_LENGTH;
/** The name of the command included: far more than a diagnosis needs. */
export const MAX_TOKENS = 32;
/** The longest path the policy lets through is not longer. */
export const MAX_TOKEN_LENGTH = 256;
