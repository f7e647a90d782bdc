/** Unpacks Chromium, the libraries it needs and two fonts, one of them with Hangul, into the folder that TMPDIR names. */
import { inflate } from '@sparticuz/chromium';
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packed = new URL('bin/', new URL('..', import.meta.resolve('@sparticuz/chromium')));
for (const archive of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br']) {
  await inflate(fileURLToPath(new URL(archive, packed)));
}

// Under the SIL Open Font License, which goes with it.
const hangul = new URL('.', import.meta.resolve('@expo-google-fonts/nanum-gothic'));
for (const file of ['LICENSE_FONT', '400Regular/NanumGothic_400Regular.ttf', '700Bold/NanumGothic_700Bold.ttf']) {
  cpSync(new URL(file, hangul), join(process.env.TMPDIR, 'fonts', 'fonts', 'Nanum_Gothic', basename(file)));
}
