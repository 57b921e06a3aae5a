/**
 * Who sees what: the console for whoever signed in, the sign-in form for everyone else, and the API's page for all.
 * A session that expired is renewed on top of the page, which keeps its address and whatever is typed in it.
 */
import { Navigate, Outlet, useLocation, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

import { useConsole, useSignal } from '../console.ts';
import { LoginPage } from '../pages/login/LoginPage.tsx';
import { paths } from '../paths.ts';
import { Checking, Unreachable } from './Waiting.tsx';
import { PublicShell } from './PublicShell.tsx';
import { Shell } from './Shell.tsx';
import { SignInAgain } from './SignInAgain.tsx';

export function Gate() {
  const state = useSignal(useConsole().session.state);
  const { pathname } = useLocation();

  if (state.phase === 'signed-in' || state.phase === 'expired') {
    return (
      <>
        {/* Another reader gets another page: nothing of the one before stays in it. */}
        <Inside key={state.user.name} pathname={pathname} restricted={state.user.restricted} />
        {state.phase === 'expired' && <SignInAgain user={state.user.name} />}
      </>
    );
  }
  if (pathname === paths.docs) {
    return (
      <PublicShell>
        <Outlet />
      </PublicShell>
    );
  }
  if (state.phase === 'checking') return <Checking />;
  if (state.phase === 'unreachable') return <Unreachable />;
  return <LoginPage />;
}

function Inside({ pathname, restricted }: { readonly pathname: string; readonly restricted: boolean }) {
  const main = useRef<HTMLElement>(null);
  const arrivedAt = useRef(pathname);
  const shown = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });

  // A new page is announced, and the next Tab begins at its top.
  useEffect(() => {
    if (arrivedAt.current === pathname) return;
    arrivedAt.current = pathname;
    // A page that begins in a field of its own has the focus already.
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [pathname]);

  if (restricted && pathname !== paths.password) return <Navigate to={paths.password} replace />;
  // The page before is still there while the next is read, and would ask for what it may not have.
  if (restricted && shown !== paths.password) return <Checking />;
  if (pathname === paths.login) return <Navigate to={paths.system} replace />;
  return (
    <Shell mainRef={main}>
      <Outlet />
    </Shell>
  );
}
