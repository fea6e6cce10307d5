import type { AreaId, CampaignId, DestinationId, PublisherId, RouteId, ScheduleId } from '../ids.ts';
import type { Caps } from './caps.ts';

/** A campaign's line to one destination. Absent price and minimum talk time are the campaign's. */
export interface Route {
  readonly id: RouteId;
  readonly campaignId: CampaignId;
  readonly destinationId: DestinationId;
  /** Absent means everywhere. */
  readonly areaId?: AreaId;
  /** Absent means always open. */
  readonly scheduleId?: ScheduleId;
  /** Lowest first. */
  readonly priority: number;
  /** At least 1; its share within the tier. */
  readonly weight: number;
  readonly priceMicros?: number;
  readonly minTalkS?: number;
  /** Whose calls it takes; absent means everyone's, of DIDs without a publisher too. */
  readonly acceptedPublisherIds?: readonly PublisherId[];
  /** Categories of calls it takes; absent means every call, of those without a category too. */
  readonly categories?: readonly string[];
  readonly caps: Caps;
  readonly enabled: boolean;
}
