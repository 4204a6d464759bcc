/** Words in the names of variables whose values are for nobody else's eyes: warnings are kept in the logs of CI. */
const SECRET = /pass(?:wor[dt]|wd|phrase)?s?(?:$|_)|secret|token|credential|api_?key|private_?key(?!_file)/i;

export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}
