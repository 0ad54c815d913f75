import { Search } from 'lucide-react';
import type { ComponentProps, ReactElement } from 'react';
import { TextInput } from './controls.tsx';
import './SearchField.css';

/** A field for words that are looked for. Its `aria-label` says where. */
export function SearchField(props: Omit<ComponentProps<'input'>, 'type'>): ReactElement {
  return (
    <span className="search-field">
      <Search size={14} aria-hidden />
      <TextInput type="search" placeholder="Search" {...props} />
    </span>
  );
}
