import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOcspResponse } from '../../src/ingress/tls/ocsp-response.ts';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { built, buildOptions } from '../support/build.ts';
import { issueCertificate } from '../support/certificate-kinds.ts';
import { gatewayObject, naruGatewayClass } from '../support/gateway-objects.ts';
import { ingress, metadata, naruClass, service } from '../support/objects.ts';
import { ocspResponse } from '../support/ocsp.ts';

/** Made by `openssl ocsp -index … -resp_no_certs -resp_key_id -ndays 30`. */
const made = Buffer.from(
  `MIIBBwoBAKCCAQAwgf0GCSsGAQUFBzABAQSB7zCB7DCBlKIWBBRZ+bcDw974+xw3JozfRVTCJGzW9RgPMjAyNjExMjEyMDAxMDFaMGkwZzA/MAkGBSsOAwIa
  BQAEFHEdOXZxyfrPIkIJWSWXmgaY5GsRBBRZ+bcDw974+xw3JozfRVTCJGzW9QIGAMD/7gEjgAAYDzIwMjYxMTIxMjAwMTAxWqARGA8yMDI2MTIyMTIwMDEwMVow
  CgYIKoZIzj0EAwIDRwAwRAIgKIBKny7E3tRjISsDqeo2GLMS7sD8A5bvG4klgkDTDKYCICYDpKXR0rgBt53xl0jm9Hpt5pksm3ZsuJoGWqTiJZT8`,
  'base64',
);

test('a response of openssl is read; a part of it is none, and whatever is changed in it is answered', () => {
  assert.deepEqual(readOcspResponse(made), { ok: true, serial: 'C0FFEE0123', until: '2026-12-21T20:01:01.000Z' });
  for (let length = 0; length < made.length; length += 1)
    assert.equal(readOcspResponse(made.subarray(0, length)).ok, false, String(length));
  for (let at = 0; at < made.length; at += 1) {
    for (const value of [0x00, 0x7f, 0x80, 0x84, 0xff]) {
      const changed = Buffer.from(made);
      changed[at] = value;
      assert.equal(typeof readOcspResponse(changed).ok, 'boolean');
    }
  }
});

test('what must not be in a response is named', () => {
  const changed = (from: string, to: string): Buffer => Buffer.from(made.toString('hex').replace(from, to), 'hex');
  const messageOf = (response: Buffer): string => {
    const read = readOcspResponse(response);
    return read.ok ? 'ok' : read.message;
  };
  assert.equal(messageOf(changed('2b0601050507300101', '2b0601050507300102')), 'is of another type than id-pkix-ocsp-basic');
  const malformed = 'is no OCSP response in DER';
  assert.equal(messageOf(changed('020600c0ffee0123', '02060000ffee0123')), malformed, 'a number with a zero too many');
  assert.equal(messageOf(changed('020600c0ffee0123', '0206c000ffee0123')), malformed, 'a number below zero');
  const text = (digits: string): string => Buffer.from(digits).toString('hex');
  assert.equal(messageOf(changed(text('20261221200101Z'), text('20260231200101Z'))), malformed, 'a day that is not');
  assert.equal(messageOf(changed(text('20261221200101Z'), text('202612212001+01'))), malformed, 'a time that is not in UTC');
  assert.match(messageOf(Buffer.alloc(70_000, 0x30)), /^has 70000 bytes/);
});

test('a Gateway and the default certificate are stapled their responses as well, and what is wrong with one is told once', async () => {
  const { chain, privateKey } = await issueCertificate({ names: ['a.test'] });
  const response = ocspResponse(chain);
  const naru = metadata('naru');
  const objects = (staple: Buffer, on: string): KubeObject[] => [
    ...[naruClass, naruGatewayClass, service('web')],
    ingress({ name: 'web', host: 'a.test', paths: [{ path: '/', service: 'web' }], tls: [{ hosts: ['a.test'], secretName: 'shown' }] }),
    gatewayObject('Gateway', {
      name: 'edge',
      spec: {
        gatewayClassName: 'naru',
        listeners: [{ name: 'https', port: 9443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'shown' }] } }],
      },
    }),
    {
      kind: 'Secret',
      metadata: metadata('shown'),
      data: { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey), 'tls.ocsp-staple': staple },
    },
    { kind: 'ConfigMap', metadata: naru, data: { 'enable-ocsp': on } },
  ];
  const options = { ...buildOptions, ingress: { ...defaultIngressOptions, configMap: 'shop/naru', defaultCertificate: 'shop/shown' } };
  const found = (staple: Buffer, on: string) => {
    const build = built(objects(staple, on), options);
    build.tellTime(Date.now());
    return {
      stapled: [build.model.certificates.get('shop/shown'), build.model.defaultCertificates.get('default')]
        .concat(build.gateway.certificates.get('shop/shown'))
        .map((certificate) => certificate?.staple?.response.equals(staple)),
      told: build.problems().flatMap(({ code, source }) => (source.kind === 'Secret' ? `${code} ${source.name} ${source.field}` : [])),
    };
  };
  const told = ['NR407 shown data["tls.ocsp-staple"]'];
  const nothing = [undefined, undefined, undefined];
  assert.deepEqual(found(response, 'true'), { stapled: [true, true, true], told: [] });
  assert.deepEqual(found(ocspResponse(chain, { days: -1 }), 'true'), { stapled: [true, true, true], told });
  assert.deepEqual(found(ocspResponse(chain, { serials: ['01'] }), 'true'), { stapled: nothing, told });
  assert.deepEqual(found(ocspResponse(chain, { serials: ['01'] }), 'false'), { stapled: nothing, told: [] });
});
