/** Icons are taken file by file: through the package's one index a build reads six thousand of them. */
declare module '@tabler/icons-react/dist/esm/icons/*' {
  const icon: import('@tabler/icons-react').Icon;
  export default icon;
}
