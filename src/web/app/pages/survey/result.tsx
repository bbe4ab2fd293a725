// What a scan found, on its imagery, and what it did not search and why.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type VectorLayer from 'ol/layer/Vector';
import { candidatesAddress, library, pictureAddress, survey } from '../../api/endpoints';
import { get } from '../../api/request';
import type { SurveySummary } from '../../api/types';
import { useLoaded } from '../../loading';
import { candidates, coverage, gapColour, ground, setAside } from '../../map/layers';
import { MapView, extentOf, fit, newMap } from '../../map/map';
import { Cells } from '../../parts/cells';
import { Ready } from '../../parts/loaded';
import { area, decimal, modelName, period } from '../../words/figures';
import { say } from '../../words/language';
import { BANDS, GAPS, label } from '../../words/coded';

interface CandidateProperties {
  readonly id: string;
  readonly rank: number;
  readonly lon: number;
  readonly lat: number;
  readonly band: string | null;
  readonly area_m2: number | null;
  readonly score_max: number | null;
  readonly chip: string | null;
}

interface CandidateCollection {
  readonly features: readonly { readonly properties: CandidateProperties }[];
}

export function SurveyPage({ id }: { id: string }) {
  const loaded = useLoaded(async () => {
    const [summary, found, all] = await Promise.all([survey(id), get<CandidateCollection>(candidatesAddress(id)), library()]);
    const list = found.features.map((feature) => feature.properties).sort((a, b) => a.rank - b.rank);
    return { summary, list, title: all.surveys.find((one) => one.id === id)?.title ?? summary.survey ?? id };
  }, [id]);
  return <Ready loaded={loaded}>{({ summary, list, title }) => <Shown id={id} summary={summary} list={list} title={title} />}</Ready>;
}

function Shown({ id, summary, list, title }: { id: string; summary: SurveySummary; list: readonly CandidateProperties[]; title: string }) {
  const [current, setCurrent] = useState<number | null>(null);
  return (
    <div class="survey">
      <header><h1>{say('survey_result', { title })}</h1><Summary summary={summary} /></header>
      <div class="map-and-list show-both">
        <SurveyMap id={id} list={list} hasAside={summary.totals.set_aside > 0} current={current} pick={setCurrent} />
        {list.length === 0 ? <p class="empty">{say('no_candidates')}</p> : (
          <Cells count={list.length} height={92} label={say('candidate_list')} follow={current ?? undefined}
            render={(index) => <Row id={id} one={list[index] as CandidateProperties} current={index === current} pick={() => setCurrent(index)} />} />
        )}
      </div>
    </div>
  );
}

function Row({ id, one, current, pick }: { id: string; one: CandidateProperties; current: boolean; pick: () => void }) {
  return (
    <button type="button" class={current ? 'candidate-row current' : 'candidate-row'} aria-pressed={current} onClick={pick}>
      {one.chip && <img src={pictureAddress(id, one.chip.replace(/^chips\//, ''))} alt="" loading="lazy" width={76} height={76} />}
      <span><b class="num">{one.rank}</b> {label(BANDS, one.band)}<small>{area(one.area_m2)}</small><small class="num">{one.id}{one.score_max !== null && ` · ${decimal(one.score_max, 2)}`}</small></span>
    </button>
  );
}

function Summary({ summary }: { summary: SurveySummary }) {
  const { totals, captured } = summary;
  const gaps = Object.entries(totals.not_searched_m2);
  return (
    <>
      <p>
        <b>{say('searched')}</b> {area(totals.searched_m2)}
        {' · '}<b>{say('not_searched')}</b>{gaps.length === 0 && ' 0'}
        {gaps.map(([reason, square]) => <span key={reason} class="gap"><span class="swatch hatched" style={{ '--swatch': gapColour(reason) }} aria-hidden="true" />{label(GAPS, reason)} {area(square)}</span>)}
        {gaps.length > 0 && <> · {say('not_searched_warning')}</>}
      </p>
      <p class="soft">
        {[say('candidates_n', { n: totals.candidates }), totals.set_aside > 0 && say('set_aside_n', { n: totals.set_aside }), period(captured) ?? say('day_unknown'),
          modelName(summary.model.name), say('threshold_n', { n: decimal(summary.model.threshold, 2) }), say('sources_n', { n: summary.sources.length })].filter(Boolean).join(' · ')}
        {' · '}{say('a_reason_to_look')}
      </p>
      {summary.refused.length > 0 && <details><summary>{say('refused_sources')}: {summary.refused.length}</summary><ul>{summary.refused.map((one) => <li key={one.name}>{one.name}: {one.reason}</li>)}</ul></details>}
    </>
  );
}

interface SurveyMapOf {
  id: string;
  list: readonly CandidateProperties[];
  hasAside: boolean;
  current: number | null;
  pick: (index: number) => void;
}

function SurveyMap({ id, list, hasAside, current, pick }: SurveyMapOf) {
  const currentId = useRef<string | null>(null);
  const [pointed, setPointed] = useState<{ reason: string | null; square: number } | null>(null);
  const found = useMemo(() => candidates(id, (one) => one === currentId.current), []);
  const searched = useMemo(() => coverage(id), []);
  const aside = useMemo(() => (hasAside ? setAside(id) : null), []);
  const map = useMemo(() => newMap([searched, ...(aside ? [aside] : []), found]), []);
  useEffect(() => {
    void ground(map, id);
    if (list.length) fit(map, extentOf(list.map(({ lon, lat }) => [lon, lat])));
    searched.getSource()?.once('addfeature', () => queueMicrotask(() => fit(map, searched.getSource()?.getExtent())));
  }, []);
  useEffect(() => {
    currentId.current = current === null ? null : (list[current]?.id ?? null);
    found.changed();
    const one = current === null ? undefined : list[current];
    if (one) fit(map, extentOf([[one.lon, one.lat]]), Math.max(20, map.getView().getZoom() ?? 0));
  }, [current]);
  useEffect(() => {
    const clicked = (event: { pixel: number[] }): void => {
      const feature = map.forEachFeatureAtPixel(event.pixel, (one, layer) => (layer === found ? one : undefined), { hitTolerance: 8 });
      const index = list.findIndex((one) => one.id === feature?.get('id'));
      if (index >= 0) pick(index);
      const gap = map.forEachFeatureAtPixel(event.pixel, (one, layer) => (layer === searched ? one : undefined));
      setPointed(gap ? { reason: gap.get('reason') as string | null, square: Number(gap.get('area_m2')) } : null);
    };
    map.on('click', clicked);
    return () => map.un('click', clicked);
  }, [list]);
  const all = (): void => fit(map, searched.getSource()?.getExtent() ?? extentOf(list.map(({ lon, lat }) => [lon, lat])));
  return (
    <div class="map-box">
      <MapView map={map} label={say('survey_map')} all={all} />
      <div class="map-tools">
        <Switch word={say('layer_candidates')} layer={found} />{aside && <Switch word={say('layer_set_aside')} layer={aside} />}<Switch word={say('layer_not_searched')} layer={searched} />
        <span class="hint" role="status" hidden={!pointed}>{pointed && (pointed.reason === null ? say('searched') : `${say('not_searched')}: ${label(GAPS, pointed.reason)} · ${area(pointed.square)}`)}</span>
      </div>
    </div>
  );
}

function Switch({ word, layer }: { word: string; layer: VectorLayer }) {
  const [on, setOn] = useState(layer.getVisible());
  return <label class="check"><input type="checkbox" checked={on} onChange={(event) => { layer.setVisible(event.currentTarget.checked); setOn(event.currentTarget.checked); }} />{word}</label>;
}
