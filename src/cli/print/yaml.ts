// A package that is not made of modules shows no names to whoever imports it at run time: this one does.
export { stringify } from 'yaml';
