import { Skeleton, VisuallyHidden } from '@mantine/core';
import type { ReactNode, Ref } from 'react';

import { useText } from '../text/use-text.ts';
import styles from './Page.module.css';

/** What a page holds, one below the other. */
export function Page({
  children,
  innerRef,
}: {
  readonly children: ReactNode;
  readonly innerRef?: Ref<HTMLDivElement>;
}) {
  return (
    <div className={styles.page} ref={innerRef}>
      {children}
    </div>
  );
}

/** Where a page will be: a head, if it has one of its own, and blocks as high as what comes. */
export function LoadingPage({
  blocks,
  head = true,
}: {
  /** Heights, as CSS has them. */
  readonly blocks: readonly string[];
  readonly head?: boolean;
}) {
  return (
    <div className={styles.page} aria-busy>
      {head && <Skeleton height="3.4375rem" width="min(22rem, 70%)" />}
      <LoadingBlocks blocks={blocks} />
    </div>
  );
}

/** Blocks as high as what comes. */
export function LoadingBlocks({ blocks }: { readonly blocks: readonly string[] }) {
  const { text } = useText();
  return (
    <>
      <VisuallyHidden role="status">{text.loading}</VisuallyHidden>
      {blocks.map((height, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- they are alike, and never change places
        <Skeleton key={index} height={height} radius="lg" />
      ))}
    </>
  );
}
