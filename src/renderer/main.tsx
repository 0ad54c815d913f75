import '@fontsource-variable/inter/index.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { App } from './App.tsx';
import { startStores } from './stores/start.ts';

// zod would try whether it may compile functions from text; the content security policy refuses and reports that.
config({ jitless: true });

const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');

const end = startStores();
import.meta.hot?.dispose(end);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
