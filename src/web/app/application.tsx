// The page as a whole: the bar with its sections, and what the address names.
import { useEffect } from 'preact/hooks';
import { library, logout, whoIsHere } from './api/endpoints';
import { whileAttended } from './api/presence';
import { stay } from './api/request';
import { Notice, tell } from './parts/notice';
import { explained } from './parts/failure';
import { link, route, type Route } from './router';
import { enter, lapsed, leave, mayScan, open, session } from './session';
import type { SessionNow } from './api/types';
import { useValue } from './value';
import { language, say } from './words/language';
import { ROLES, label } from './words/coded';
import type { Word } from './words/words';
import { BundlesPage } from './pages/bundles';
import { CampaignPage } from './pages/campaign';
import { DutiesPage } from './pages/ledger/duties';
import { PatrolsPage } from './pages/ledger/patrols';
import { SupervisionPage } from './pages/ledger/supervision';
import { TipsPage } from './pages/ledger/tips';
import { LibraryPage } from './pages/library';
import { LoginAgain, LoginPage, NoRegistry } from './pages/login';
import { ScreeningPage } from './pages/screening/page';
import { SitePageView } from './pages/sites/site';
import { SitesPage } from './pages/sites/page';
import { NewSurveyPage } from './pages/survey/new';
import { ProvincePage } from './pages/province/page';
import { RunPage } from './pages/survey/run';
import { SurveyPage } from './pages/survey/result';

const SECTIONS: readonly (readonly [first: string, word: Word, icon: string])[] = [
  ['', 'tab_library', '⌂'],
  ['screening', 'tab_screening', '✓'],
  ['sites', 'tab_sites', '◎'],
  ['progress', 'tab_campaign', '▤'],
  ['analysis', 'tab_analysis', '◈'],
  ['scan', 'tab_survey', '✈'],
  ['bundles', 'tab_province', '⇄'],
];

/** Pages that belong to nobody's registry. */
const OPEN = new Set(['surveys', 'runs', 'login']);
/** Sections that are there where nobody can log in. */
const WITHOUT_LOGIN = new Set(['', 'scan']);

export function Application() {
  useValue(language);
  const where = useValue(route);
  const who = useValue(session);
  const gone = useValue(lapsed);
  const is_open = useValue(open);
  useEffect(() => {
    whoIsHere().then(enter, leave);
    // Whose session has ended is asked to log in; a server that does not answer is asked again.
    whileAttended(() => { if (session.get() && !lapsed.get()) stay().catch(() => undefined); });
  }, []);
  useEffect(() => {
    if (who === null) library().then((found) => open.set(!found.login_needed), () => open.set(false));
  }, [who]);
  return (
    <>
      <a class="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>{say('skip_link')}</a>
      <Bar where={where} who={who ?? null} />
      <main key={who ? `${who.registry} ${who.person}` : ''} id="content" tabIndex={-1} class={`page-${where.parts[0] ?? 'library'}`}>{shown(where, who, is_open)}</main>
      {gone && <LoginAgain who={gone} />}
      <Notice />
    </>
  );
}

function shown(where: Route, who: SessionNow | null | undefined, is_open: boolean | undefined) {
  const [section = '', id = ''] = where.parts;
  if (who === undefined || (who === null && is_open === undefined)) return <p class="busy" role="status">{say('loading')}</p>;
  if (section === 'surveys') return <SurveyPage key={id} id={id} />;
  if (section === 'runs') return <RunPage key={id} id={id} />;
  if (section === 'look') return <LibraryPage who={who} />;
  if (who === null && is_open && section !== 'login') return withoutLogin(section);
  if (who === null || section === 'login') return <LoginPage who={who} />;
  switch (section) {
    case '': return <LibraryPage who={who} />;
    case 'screening': return <ScreeningPage key={id} who={who} survey={id} />;
    case 'sites': return id ? <SitePageView key={id} who={who} code={id} /> : <SitesPage who={who} />;
    case 'progress': return progress(id, who);
    case 'analysis': return <ProvincePage who={who} />;
    case 'scan': return mayScan(who) ? <NewSurveyPage who={who} /> : <p class="empty">{say('not_allowed')}</p>;
    case 'bundles': return <BundlesPage who={who} />;
    default: return <p class="empty">{say('not_found')} <a href="#/">{say('tab_library')}</a></p>;
  }
}

/** Where no registry is, surveys are seen and scanned; whatever else there is takes one. */
function withoutLogin(section: string) {
  switch (section) {
    case '': return <LibraryPage who={null} />;
    case 'scan': return <NewSurveyPage who={null} />;
    default: return <NoRegistry />;
  }
}

function progress(list: string, who: SessionNow) {
  switch (list) {
    case 'duties': return <DutiesPage who={who} />;
    case 'patrols': return <PatrolsPage who={who} />;
    case 'tips': return <TipsPage who={who} />;
    case 'supervision': return <SupervisionPage who={who} />;
    default: return <CampaignPage who={who} />;
  }
}

function Bar({ where, who }: { where: Route; who: SessionNow | null }) {
  const section = where.parts[0] ?? '';
  const is_open = useValue(open);
  const sections = SECTIONS.filter(([first]) => (who ? first !== 'scan' || mayScan(who) : is_open && WITHOUT_LOGIN.has(first)));
  const out = (): void => {
    logout().then(leave, (error: Error) => tell(explained(error).what, 'bad'));
  };
  return (
    <header class="bar">
      <a class="brand" href="#/"><img src="./poppy.svg" alt="" width={24} height={24} />Papaver</a>
      {sections.length > 0 && (
        <nav aria-label={say('menu')}>
          {sections.map(([first, word, icon]) => (
            <a key={first} href={link(...(first ? [first] : []))} aria-current={section === first || (first === 'scan' && OPEN.has(section)) ? 'page' : undefined}>
              <span class="icon" aria-hidden="true">{icon}</span>{say(word)}
            </a>
          ))}
        </nav>
      )}
      <div class="end">
        {who && <span class="who" title={who.roles.map((role) => label(ROLES, role)).join(say('list_separator'))}>{who.name}</span>}
        {who && <button type="button" class="plain" onClick={out}>{say('log_out')}</button>}
        {!who && !is_open && section !== 'login' && <a class="button plain" href={link('login')}>{say('log_in')}</a>}
        <button type="button" class="plain" lang={language.get() === 'zh' ? 'en' : 'zh-CN'}
          onClick={() => language.set(language.get() === 'zh' ? 'en' : 'zh')}>{say('other_language')}</button>
      </div>
    </header>
  );
}
