import { render } from 'preact';
import { Application } from './application';
import { showActingLetters } from './parts/visible';
import './style/base.css';
import './style/parts.css';
import './style/screening.css';
import './style/map.css';
import './style/print.css';

showActingLetters();
const root = document.getElementById('application');
if (root) render(<Application />, root);
