/**
 * What the page itself sees, from before its first script: frames, long tasks, layout shifts, when the first host was
 * drawn, and how long after an input the list is another one. The benchmark loads it into the page and asks `opsProbe`.
 */
const now = () => performance.now();

const probe = {
  frames: [],
  longTasks: [],
  shifts: [],
};

function observe(type, call) {
  new PerformanceObserver((list) => list.getEntries().forEach(call)).observe({ type, buffered: true });
}

observe('longtask', (entry) => probe.longTasks.push(entry.duration));
observe('layout-shift', (entry) => {
  if (!entry.hadRecentInput) probe.shifts.push(entry.value);
});

/** What the list shows, in one line; undefined while it is on its way. */
function signature() {
  const list = document.querySelector('[role="search"] ~ div');
  if (!list || list.querySelector('[aria-busy]')) return undefined;
  const status = document.querySelector('[role="search"] [role="status"]');
  const kind = list.querySelector('table') ? 'table' : list.querySelector('[role="grid"]') ? 'map' : 'cards';
  const first = list.querySelector('tbody th a, article h2 a, [role="gridcell"]');
  return `${kind} | ${status?.textContent} | ${first?.textContent || first?.getAttribute('aria-label')?.split(' ')[0]}`;
}

let last;
let armed;
let isHostThere = false;
const firstHost = Promise.withResolvers();
let input;

for (const type of ['keydown', 'pointerdown', 'change']) {
  addEventListener(type, (event) => (input ??= armed && event.timeStamp), { capture: true });
}

function frame(at) {
  if (last !== undefined) probe.frames.push(at - last);
  last = at;
  if (!isHostThere && document.querySelector('article h2 a, tbody th a, [role="gridcell"]')) {
    isHostThere = true;
    // Behind the paint of this frame.
    setTimeout(() => firstHost.resolve(now()));
  }
  const shown = armed && input ? signature() : undefined;
  if (shown !== undefined && shown !== armed.before) {
    const { done } = armed;
    const from = input;
    armed = undefined;
    setTimeout(() => done(now() - from));
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

globalThis.opsProbe = {
  /** Milliseconds from the start of the navigation to the paint of the first host. */
  firstHost: firstHost.promise,
  reset() {
    for (const list of [probe.frames, probe.longTasks, probe.shifts]) list.length = 0;
    last = undefined;
  },
  read: () => ({ ...probe }),
  /** The next input begins it. */
  arm() {
    input = undefined;
    globalThis.opsProbe.answered = new Promise((done) => {
      armed = { before: signature(), done };
    });
  },
  /** Milliseconds from the input to the paint of a list that is another one. */
  answered: undefined,
  /** What keeps it from being answered, for people. */
  explain() {
    const busy = document.querySelectorAll('[role="search"] ~ div [aria-busy]').length;
    const came = input ? 'the input came' : 'no input came';
    return `${came}, before '${armed?.before}', now '${signature()}', ${busy} rows on their way, at ${location.search}`;
  },
};
