import { useText } from '../text/use-text.ts';
import { FilterSelect } from './PagedTable.tsx';

/** Narrows hosts to those in one state. States nobody is in are not offered, but for the one that is chosen. */
export function StateFilter<T extends string>({
  label,
  all,
  value,
  states,
  counts,
  nameOf,
  onChange,
}: {
  readonly label: string;
  readonly all: string;
  readonly value: T | undefined;
  readonly states: readonly T[];
  /** Hosts in each. */
  readonly counts: { readonly [K in T]?: number | undefined };
  readonly nameOf: (state: T) => string;
  readonly onChange: (state: T | undefined) => void;
}) {
  const { format } = useText();
  const countOf = (state: T): number => counts[state] ?? 0;
  return (
    <FilterSelect
      label={label}
      all={all}
      value={value}
      options={states
        .filter((state) => countOf(state) > 0 || state === value)
        .map((state) => ({ value: state, label: `${nameOf(state)} ${format.number(countOf(state))}` }))}
      onChange={onChange}
    />
  );
}
