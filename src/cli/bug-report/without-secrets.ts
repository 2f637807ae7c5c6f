const redacted = '[redacted]';

/** Names of headers, cookies and settings whose values are nobody's business. */
const secretName = /authorization|cookie|credential|password|secret|token|api-?key|private/i;
/** A field that holds one, whatever it is about. */
const secretField = /^(?:password|inline_secret|generic_secret|private_key|client_secret|hmac_secret)$/;

/** The same value without what only its owner should know: values of headers and settings whose names tell so, and users in URLs. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value === 'string') return value.replaceAll(/(\w+:\/\/)[^/@\s]+@/g, `$1${redacted}@`);
  if (typeof value !== 'object' || value === null) return value;
  const named = Object.entries(value).find(
    ([key, text]) => (key === 'key' || key === 'name') && typeof text === 'string' && secretName.test(text),
  );
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const hides = secretField.test(key) || (named !== undefined && (key === 'value' || key === 'raw_value' || key === 'exact'));
      return [key, hides ? redacted : withoutSecrets(field)];
    }),
  );
}
