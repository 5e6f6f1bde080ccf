// SPDX-License-Identifier: Apache-2.0
import Proto

/// The form of what operators are told.
enum StatusFormat: String, Sendable, CaseIterable {
  case table
  case json
}

/// Places of names as text.
enum LocationText {
  /// The text, which ends in a line feed.
  static func write(_ reply: LocateReply, as format: StatusFormat) -> String {
    switch format {
    case .table: table(reply)
    case .json: json(reply)
    }
  }

  private static func table(_ reply: LocateReply) -> String {
    var table = Table(titles: ["NAME", "PARTITION", "SHARD", "OWNER"])
    for place in reply.locations {
      let owner = place.owner.isEmpty ? "-" : place.owner
      table.append([place.metric, String(place.partition), String(place.shard), owner])
    }
    return table.lines().joined(separator: "\n") + "\n"
  }

  /// An object with `locations`, in the order of the question.
  private static func json(_ reply: LocateReply) -> String {
    var writer = JSONWriter()
    writer.object { object in
      object.member("locations", objects: reply.locations) { place, object in
        object.member("metric", place.metric)
        object.member("partition", place.partition)
        object.member("shard", place.shard)
        object.member("owner", place.owner)
        object.member("epoch", place.epoch)
      }
    }
    return writer.text + "\n"
  }
}
