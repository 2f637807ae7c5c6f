const redacted = '[redacted]';

/** Fields that hold secrets in any message, whether Naru renders it or not: what they hold is replaced, whatever its shape. */
const secretFields: ReadonlySet<string> = new Set([
  'private_key',
  'private_key_provider',
  'pkcs12',
  'session_ticket_keys',
  'password',
  'generic_secret',
  'inline_secret',
  'secret_data',
  'backend_token',
  'secret_access_key',
  'session_token',
  'web_identity_token_data_source',
  'credentials_data_source',
  'credentials',
  'auth_password',
  'downstream_auth_password',
  'downstream_auth_passwords',
  // user names with the hashes of their passwords
  'users',
]);

/** A message in canonical JSON form with everything secret replaced. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, secretFields.has(key) ? redacted : redact(field)]));
}
