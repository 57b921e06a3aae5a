// Runs before the first paint, so that a remembered dark screen does not flash white and the page has its language.
// The keys are those of src/preferences/remembered.ts.
(function () {
  var root = document.documentElement;
  function remembered(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  }
  var scheme = remembered('ops.colour-scheme');
  if (scheme !== 'light' && scheme !== 'dark') {
    scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  root.setAttribute('data-mantine-color-scheme', scheme);
  if (remembered('ops.language') === 'en') root.lang = 'en';
})();
