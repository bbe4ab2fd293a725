// Places that somebody gives on a map, one or the corners of some ground: by a click, by a finger, or at the middle of the map by a key.
import Feature from 'ol/Feature';
import LineString from 'ol/geom/LineString';
import Point from 'ol/geom/Point';
import Polygon from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style } from 'ol/style';

export type Place = readonly [lon: number, lat: number];

const COLOUR = '#1c3f94';
const style = new Style({
  image: new Circle({ radius: 6, fill: new Fill({ color: COLOUR }), stroke: new Stroke({ color: '#ffffff', width: 2 }) }),
  stroke: new Stroke({ color: COLOUR, width: 3 }),
  fill: new Fill({ color: 'rgba(28, 63, 148, 0.18)' }),
});

export class Corners {
  private readonly source = new VectorSource();
  readonly layer = new VectorLayer({ source: this.source, style, zIndex: 5 });

  show(places: readonly Place[], encloses: boolean): void {
    const at = places.map((place) => fromLonLat([...place]));
    const shapes = [...at.map((one) => new Point(one)), ...(encloses && at.length > 2 ? [new Polygon([at])] : at.length > 1 ? [new LineString(at)] : [])];
    this.source.clear();
    this.source.addFeatures(shapes.map((geometry) => new Feature({ geometry })));
  }
}
