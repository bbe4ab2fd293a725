// The words for the coded values of events, as forms, ledgers and reports use them.
import type { Channel, NoYield, Rung } from '../api/ledger';
import type { MoveName, Role, Standing, State } from '../api/types';
import { language } from './language';

type Labels<Code extends string> = Readonly<Record<Code, readonly [english: string, chinese: string]>>;

export const STATES: Labels<State> = {
  CANDIDATE: ['candidate', '疑似'],
  DISPATCHED: ['dispatched', '待核查'],
  REVISIT: ['to be revisited', '待复核'],
  CONFIRMED: ['confirmed', '查实'],
  ERADICATED: ['eradicated, to be accepted', '已铲除待验收'],
  CLOSED: ['closed', '销号'],
  SCREENED_OUT: ['screened out', '研判排除'],
  REFUTED: ['refuted', '核查排除'],
  SPLIT: ['split', '已拆分'],
  MERGED: ['merged', '已合并'],
  VOIDED: ['voided', '作废'],
};

export const ROLES: Labels<Role> = {
  analyst: ['analyst', '研判员'],
  verifier: ['verifier', '核查员'],
  eradicator: ['eradicator', '铲除员'],
  acceptor: ['acceptor', '验收员'],
  supervisor: ['supervisor', '主管'],
};

export const MOVES: Labels<MoveName> = {
  screen: ['Screen', '研判'],
  assign: ['Assign', '派查'],
  visit: ['Record a visit', '录入核查'],
  eradicate: ['Record the eradication', '录入铲除'],
  accept: ['Accept or fail', '验收'],
  reopen: ['Reopen', '重开'],
  resolve: ['Resolve the dispute', '裁定争议'],
  merge: ['Merge', '合并'],
  split: ['Split', '拆分'],
  note: ['Add a note', '添加备注'],
};

export const OUTCOMES: Labels<string> = {
  cultivated: ['poppy, cultivated', '种植罂粟'],
  wild: ['poppy, wild', '野生罂粟'],
  lookalike: ['look-alike species', '相似植物'],
  nothing: ['nothing there', '未发现'],
  licensed: ['licensed', '许可种植'],
  not_reached: ['not reached', '未到达'],
  too_early: ['too early to tell', '过早无法判断'],
  unsure: ['unsure', '不能确定'],
};

export const STAGES: Labels<string> = {
  not_emerged: ['not emerged', '未出苗'],
  seedling: ['seedling', '苗期'],
  bolting: ['bolting', '抽薹'],
  bud: ['bud', '现蕾'],
  flowering: ['flowering', '开花'],
  capsule: ['capsule', '蒴果'],
  withered: ['withered', '枯熟'],
};

export const HABITATS: Labels<string> = {
  courtyard: ['courtyard', '院落'],
  vegetable_garden: ['vegetable garden', '菜地'],
  field: ['field', '农田'],
  greenhouse: ['greenhouse', '大棚'],
  woodland: ['woodland', '林地'],
  waste_land: ['waste land', '荒地'],
  roof: ['roof or balcony', '屋顶阳台'],
  other: ['other', '其他'],
};

export const SOURCES: Labels<string> = {
  scan: ['scan', '航测'],
  patrol: ['patrol', '踏查'],
  tip_off: ['tip-off', '举报'],
  target: ['target from above', '靶标'],
  find: ['single find', '零星发现'],
  split: ['split', '拆分'],
};

export const EVIDENCE: Labels<string> = {
  scene: ['scene before uprooting', '现场照片（铲除前）'],
  count: ['count', '清点照片'],
  after: ['after eradication', '铲除后照片'],
  reflight: ['later flight', '复飞影像'],
  document: ['document', '文书'],
  chip: ['image of the detection', '航测切片'],
  context: ['surroundings of the detection', '航测周边'],
  coverage: ['ground searched', '航测覆盖范围'],
};

export const BANDS: Labels<string> = { strong: ['strong', '强'], fair: ['fair', '中'], weak: ['weak', '弱'] };

export const GAPS: Labels<string> = {
  nodata: ['no data', '无数据'],
  blank: ['blank collar', '空白边缘'],
  unreadable: ['unreadable', '无法读取'],
  outside_boundary: ['outside the boundary', '边界之外'],
  too_coarse: ['too coarse', '分辨率过低'],
  no_position: ['no position', '无位置'],
  no_altitude: ['no altitude', '无高度'],
  too_oblique: ['too oblique', '过于倾斜'],
  quality: ['poor quality', '质量差'],
  gap: ['gap between photos', '照片间空隙'],
  not_run: ['not run', '未运行'],
};

export const REJECTIONS: Labels<string> = {
  lookalike: ['look-alike flower', '相似花卉'],
  crop: ['crop', '农作物'],
  garden_flower: ['garden flower', '园艺花卉'],
  vegetable: ['vegetable', '蔬菜'],
  object: ['not a plant', '非植物'],
  shadow_or_blur: ['shadow or blur', '阴影或模糊'],
  duplicate: ['duplicate', '重复'],
  other: ['other', '其他'],
};

export const LEVELS: Labels<string> = { 2: ['Provinces', '省级'], 4: ['Prefectures', '市级'], 6: ['Counties', '县级'], 9: ['Townships', '乡镇级'], 12: ['Villages', '村级'] };

export const STANDING_WORDS: Labels<Standing> = {
  above: ['above the rate of all', '高于总体'],
  as_all: ['not distinguishable from all', '与总体无显著差异'],
  below: ['below the rate of all', '低于总体'],
  insufficient: ['not enough data', '数据不足'],
};

export const GROUND_WORDS: Labels<string> = {
  searched_in_window: ['searched in the window, finely enough', '有效搜索（窗口期内且分辨率达标）'],
  searched_out_of_window_or_coarse: ['searched out of the window or too coarsely', '窗口期外或分辨率不足'],
  not_searched: ['not searched', '未搜索'],
};

export const CELL_WORDS: Labels<string> = {
  hot: ['hot spot', '热点'],
  not_hot: ['not distinguishable', '无显著差异'],
  masked: ['not enough data', '数据不足'],
};

export const OUTCOMES_OF_TARGETS: Labels<string> = {
  matched: ['on file', '吻合'],
  screened_out: ['screened out', '研判排除'],
  another_season: ['another season only', '仅其他年度有图斑'],
  searched_and_nothing: ['searched, nothing found', '有效搜索未发现'],
  searched_badly: ['searched out of the window or too coarsely', '搜索条件不足'],
  not_searched: ['not searched', '未搜索'],
};

export const CHANNELS: Labels<Channel> = {
  phone: ['telephone', '电话'],
  online: ['online', '网络'],
  letter: ['letter', '来信'],
  visit: ['in person', '来访'],
  warden: ['village warden', '网格员'],
  other: ['other', '其他'],
};

export const NO_YIELD: Labels<NoYield> = {
  nothing: ['nothing there', '查无实据'],
  lookalike: ['look-alike species', '相似植物'],
  duplicate: ['known already', '重复举报'],
  handed_over: ['handed over', '移交外单位'],
  vague: ['too vague', '线索不清'],
  other: ['other', '其他'],
};

/** From the least to the gravest. */
export const RUNGS: Labels<Rung> = {
  notice: ['circulated criticism', '通报'],
  rectify: ['rectification by a deadline', '限期整改'],
  talk: ['called in', '约谈'],
  listed: ['listed', '挂牌整治'],
};

/** The word for a code; a code of a later program stays what it is. */
export function label(labels: Labels<string>, code: string | null | undefined): string {
  if (code === null || code === undefined) return '';
  const both = labels[code];
  return both ? both[language.get() === 'zh' ? 1 : 0] : code;
}
