import type { RoutePolicy } from '../../model/route-policy.ts';
import { userListKey } from '../access/user-list.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { matching, oneOf } from './grammar.ts';
import { foreignSecret, keyOf, secretName } from './reference.ts';

/** As ingress-nginx's internal/ingress/annotations/auth reads them. */
export const basicAuth = defineFamily({
  title: 'Passwords',
  summary: 'Asks for a user and a password of a Secret. `naru authz` beside each Envoy checks them; while it cannot, the paths answer 503.',
  fields: {
    'auth-type': optional(oneOf('basic', 'digest'), {
      doc: 'Asks for a password.',
      ...{ risk: 'Low', scope: 'path', example: 'basic', whenWrong: 'deny' },
      support: differs('`digest` cannot be had with Envoy: its paths answer 503.'),
    }),
    'auth-secret': optional(secretName, {
      doc: 'The Secret with users and passwords, in the namespace of the Ingress.',
      ...{ needs: 'auth-type', risk: 'Medium', scope: 'path', example: 'users', whenWrong: 'deny' },
      support: differs('Hashes of bcrypt, MD5 (`$apr1$`), SHA-2 and SHA-1 and `{PLAIN}`; a user with another one is answered 503.'),
    }),
    'auth-secret-type': field(oneOf('auth-file', 'auth-map'), 'auth-file', {
      doc: 'Whether the key `auth` of the Secret is an htpasswd file, or each of its keys a user.',
      ...{ needs: 'auth-type', risk: 'Low', scope: 'path', support: exact, example: 'auth-map', whenWrong: 'deny' },
    }),
    'auth-realm': field(matching('text', /[A-Za-z0-9\-_.,:?&=#%+/@ ]*/, { max: 256 }), '', {
      doc: 'What clients are told that the password is for.',
      ...{ needs: 'auth-type', risk: 'Medium', scope: 'path', support: exact, example: 'Only for the team', whenWrong: 'deny' },
    }),
  },
  check({ 'auth-type': type, 'auth-secret': secret }, of, said) {
    if (type === undefined) return undefined;
    if (type === 'digest') {
      return { name: 'auth-type', message: 'auth-type: digest authentication cannot be had with Envoy.', fix: 'Use "basic", over https.' };
    }
    if (secret === undefined) {
      const message = 'auth-type: there is no annotation auth-secret beside it that names the users.';
      return { name: 'auth-type', message, fix: 'Name a Secret with users by auth-secret.' };
    }
    return foreignSecret('auth-secret', secret, of, said);
  },
  apply(values, of): { readonly route: RoutePolicy } {
    const secret = values['auth-secret'];
    if (values['auth-type'] !== 'basic' || secret === undefined) return { route: {} };
    const users = userListKey(keyOf(secret, of), values['auth-secret-type']);
    return { route: { passwords: { users, realm: values['auth-realm'] } } };
  },
});
