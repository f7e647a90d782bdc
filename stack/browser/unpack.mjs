/** Unpacks Chromium, the libraries it needs and a font from the package into the folder that TMPDIR names. */
import { inflate } from '@sparticuz/chromium';
import { fileURLToPath } from 'node:url';

const packed = new URL('bin/', new URL('..', import.meta.resolve('@sparticuz/chromium')));
for (const archive of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br']) {
  await inflate(fileURLToPath(new URL(archive, packed)));
}
