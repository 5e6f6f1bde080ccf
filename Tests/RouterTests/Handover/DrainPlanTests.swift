// SPDX-License-Identifier: Apache-2.0
import Router
import Testing

@Suite("the plan of a node that leaves")
struct DrainPlanTests {
  private static let ids = ["a", "b", "c"].compactMap(NodeID.init)
  private static let (a, b, c) = (ids[0], ids[1], ids[2])

  private static func member(_ id: NodeID) -> Member { Member(id: id, address: "\(id):1") }

  /// `a` leaves; it is among the members only where it is named.
  private static func view(_ members: [NodeID], former: [NodeID] = []) -> ClusterView {
    ClusterView(
      epoch: 1, own: NodeIdentity(a, incarnation: 7), members: members.map(member),
      former: former.map(member), table: PartitionTable(members.map { ($0, 1) }))
  }

  private static let all = view([a, b, c])
  private static let others = view([b, c], former: [a])

  private static func at(_ milliseconds: Int64) -> LinkTime {
    LinkTime(milliseconds: milliseconds)
  }

  private static func plan(_ history: HandOverHistory = HandOverHistory()) -> DrainPlan {
    DrainPlan(own: a, history: history, timeoutMilliseconds: 8000, now: at(0))
  }

  private static let none = LeaveAnswer.heard(pointsUnderWay: 0)

  private static func attempt(_ action: DrainAction) -> DrainAttempt? {
    if case .handOver(let attempt) = action { attempt } else { nil }
  }

  /// A plan whose first attempt is due.
  private static func closed(_ history: HandOverHistory = HandOverHistory()) -> (
    DrainPlan, DrainAttempt?
  ) {
    var plan = plan(history)
    _ = plan.begin(all)
    _ = plan.leftMembership(others)
    _ = plan.announced([b: none, c: none], others, now: at(1))
    _ = plan.closed(others, now: at(2))
    _ = plan.counted([:], undecided: [], others, now: at(3))
    let attempt = attempt(plan.closed(others, now: at(4)))
    return (plan, attempt)
  }

  @Test("goes through all steps, in order")
  func wholeWay() throws {
    var plan = Self.plan()
    #expect(plan.begin(Self.all) == .leaveMembership)
    #expect(plan.leftMembership(Self.others) == .announce([Self.b, Self.c]))
    #expect(
      plan.announced([Self.b: Self.none, Self.c: Self.none], Self.others, now: Self.at(10))
        == .closeClients)
    #expect(plan.closed(Self.others, now: Self.at(20)) == .count)
    #expect(
      plan.counted([Self.b: 0], undecided: [], Self.others, now: Self.at(30)) == .closeLinks)
    let attempt = try #require(Self.attempt(plan.closed(Self.others, now: Self.at(40))))
    #expect(attempt.number == 1 && attempt.withdrawals == [])
    #expect(attempt.receivers == [Self.b, Self.c].map(Self.member))
    #expect(
      plan.handedOver(.done(series: 3, slices: 9), Self.others, now: Self.at(50)) == .switchOver)
    #expect(plan.seriesHandedOver == 3 && plan.slicesHandedOver == 9 && plan.step == .leaving)
    #expect(plan.switched(Self.others) == .bidFarewell([Self.b, Self.c]))
    #expect(plan.bade([Self.b: Self.none, Self.c: Self.none], now: Self.at(60)) == .finish)
  }

  @Test("is refused to a node alone", arguments: [view([a]), view([]), view([], former: [b])])
  func alone(view: ClusterView) {
    var plan = Self.plan()
    #expect(plan.begin(view) == .fail("a node alone has nobody to hand over to"))
  }

  @Test("waits until no point is on its way, and asks again")
  func pointsUnderWay() {
    var plan = Self.plan()
    _ = plan.begin(Self.all)
    _ = plan.leftMembership(Self.others)
    let answers = [Self.b: Self.none, Self.c: LeaveAnswer.heard(pointsUnderWay: 5)]
    #expect(
      plan.announced(answers, Self.others, now: Self.at(10)) == .wait(milliseconds: 100))
    #expect(plan.reason == "5 points are on their way from c")
    #expect(plan.waited(Self.others, now: Self.at(110)) == .announce([Self.b, Self.c]))
  }

  @Test("tells those who join meanwhile, too")
  func joined() {
    var plan = Self.plan()
    _ = plan.begin(Self.view([Self.a, Self.b]))
    _ = plan.leftMembership(Self.view([Self.b]))
    #expect(
      plan.announced([Self.b: Self.none], Self.others, now: Self.at(10)) == .wait(milliseconds: 100)
    )
    #expect(plan.reason == "c has not been told")
  }

  @Test("waits a quarter of its time for who cannot be reached, then goes on without it")
  func unreachable() throws {
    var plan = Self.plan()
    _ = plan.begin(Self.all)
    _ = plan.leftMembership(Self.others)
    let answers = [Self.b: Self.none, Self.c: LeaveAnswer.failed("no route")]
    #expect(
      plan.announced(answers, Self.others, now: Self.at(1999)) == .wait(milliseconds: 100))
    #expect(plan.announced(answers, Self.others, now: Self.at(2000)) == .closeClients)
    _ = plan.closed(Self.others, now: Self.at(2001))
    _ = plan.counted([:], undecided: [], Self.others, now: Self.at(2002))
    let attempt = try #require(Self.attempt(plan.closed(Self.others, now: Self.at(2003))))
    #expect(attempt.receivers == [Self.member(Self.b)])
  }

  @Test("stays when all are out of reach until its time is up")
  func nobodyThere() {
    var plan = Self.plan()
    _ = plan.begin(Self.all)
    _ = plan.leftMembership(Self.others)
    let answers = [Self.b: LeaveAnswer.failed("away"), Self.c: LeaveAnswer.failed("away")]
    #expect(
      plan.announced(answers, Self.others, now: Self.at(7999)) == .wait(milliseconds: 100))
    #expect(
      plan.announced(answers, Self.others, now: Self.at(8000))
        == .undo(withdrawals: [], attempt: 0))
    #expect(plan.undone(withdrawn: []) == .fail("b cannot be told: away; c cannot be told: away"))
  }

  @Test("waits for its links, and for nodes of which it holds windows that may yet count")
  func flushing() {
    var plan = Self.plan()
    _ = plan.begin(Self.all)
    _ = plan.leftMembership(Self.others)
    _ = plan.announced([Self.b: Self.none, Self.c: Self.none], Self.others, now: Self.at(1))
    _ = plan.closed(Self.others, now: Self.at(2))
    let origin = NodeIdentity(Self.c, incarnation: 3)
    let pause = DrainAction.wait(milliseconds: 100)
    #expect(
      plan.counted([Self.b: 4], undecided: [], Self.others, now: Self.at(3)) == pause)
    #expect(plan.reason == "4 points for b are not delivered")
    #expect(plan.waited(Self.others, now: Self.at(103)) == .count)
    #expect(
      plan.counted([:], undecided: [origin], Self.others, now: Self.at(104)) == pause)
    #expect(plan.reason == "it is not known whether c@3 has left")
    #expect(
      plan.counted([Self.b: 4], undecided: [], Self.others, now: Self.at(8000))
        == .undo(withdrawals: [], attempt: 0))
    #expect(plan.undone(withdrawn: []) == .fail("4 points for b are not delivered"))
  }

  @Test("drops what is held of a life that ended once all peers say that it has not left")
  func ended() {
    var plan = Self.plan()
    _ = plan.begin(Self.all)
    _ = plan.leftMembership(Self.others)
    let all = [Self.b: Self.none, Self.c: Self.none]
    _ = plan.announced(all, Self.others, now: Self.at(1))
    _ = plan.closed(Self.others, now: Self.at(2))
    let origins = [3, 4].map { NodeIdentity(Self.c, incarnation: $0) }
    func counted(_ now: Int64, _ undecided: [NodeIdentity], ended: Set<NodeIdentity>)
      -> DrainAction
    {
      plan.counted([:], undecided: undecided, ended: ended, Self.others, now: Self.at(now))
    }
    let ask = DrainAction.announce([Self.b, Self.c])
    #expect(counted(3, origins, ended: [origins[0]]) == ask)
    // One cannot be asked: again after a pause.
    let some = [Self.b: Self.none, Self.c: LeaveAnswer.failed("away")]
    #expect(plan.announced(some, Self.others, now: Self.at(4)) == .count)
    #expect(counted(5, origins, ended: [origins[0]]) == .wait(milliseconds: 100))
    #expect(plan.waited(Self.others, now: Self.at(105)) == .count)
    #expect(counted(105, origins, ended: [origins[0]]) == ask)
    #expect(plan.announced([Self.b: Self.none], Self.others, now: Self.at(106)) == .count)
    #expect(counted(106, origins, ended: [origins[0]]) == .wait(milliseconds: 100))
    #expect(counted(206, origins, ended: [origins[0]]) == ask)
    #expect(plan.announced(all, Self.others, now: Self.at(207)) == .count)
    // Another that ended meanwhile was not asked for yet.
    #expect(counted(208, origins, ended: Set(origins)) == ask)
    #expect(plan.announced(all, Self.others, now: Self.at(209)) == .count)
    #expect(counted(210, origins, ended: Set(origins)) == .drop(origins))
    #expect(counted(211, [], ended: []) == .closeLinks)
  }

  @Test("tries again with a larger number when a receiver fails, after telling all anew")
  func failedAttempt() throws {
    var (plan, _) = Self.closed()
    let failed = HandOverOutcome.failed(Self.c, "it is full", begun: [Self.b, Self.c])
    #expect(
      plan.handedOver(failed, Self.others, now: Self.at(5)) == .wait(milliseconds: 300))
    #expect(plan.reason == "c has not taken over: it is full")
    #expect(plan.waited(Self.others, now: Self.at(305)) == .announce([Self.b, Self.c]))
    let action = plan.announced(
      [Self.b: Self.none, Self.c: Self.none], Self.others, now: Self.at(306))
    #expect(try #require(Self.attempt(action)).number == 2)
  }

  @Test("tries again when points arrived in between, or a receiver is no member any more")
  func disturbed() throws {
    var (plan, _) = Self.closed()
    let pause = DrainAction.wait(milliseconds: 300)
    #expect(plan.handedOver(.disturbed(points: 2), Self.others, now: Self.at(5)) == pause)
    let answers = [Self.b: Self.none, Self.c: Self.none]
    _ = plan.announced(answers, Self.others, now: Self.at(306))
    let without = Self.view([Self.b], former: [Self.a, Self.c])
    #expect(plan.handedOver(.done(series: 1, slices: 1), without, now: Self.at(307)) == pause)
    let action = plan.announced(answers, without, now: Self.at(700))
    let attempt = try #require(Self.attempt(action))
    // The former member holds the attempt before; an empty one of this number replaces it.
    #expect(attempt.number == 3 && attempt.receivers == [Self.member(Self.b)])
    #expect(attempt.withdrawals == [Self.c])
  }

  @Test("insists on who holds part of an earlier attempt, reachable or not")
  func holdersInsisted() throws {
    var (plan, _) = Self.closed()
    let failed = HandOverOutcome.failed(Self.c, "reset", begun: [Self.c])
    _ = plan.handedOver(failed, Self.others, now: Self.at(5))
    let action = plan.announced(
      [Self.b: LeaveAnswer.failed("away"), Self.c: Self.none], Self.others, now: Self.at(3000))
    #expect(try #require(Self.attempt(action)).receivers == [Self.member(Self.c)])
    _ = plan.handedOver(failed, Self.others, now: Self.at(3001))
    let next = plan.announced(
      [Self.b: Self.none, Self.c: LeaveAnswer.failed("away")], Self.others, now: Self.at(3400))
    #expect(try #require(Self.attempt(next)).receivers == [Self.b, Self.c].map(Self.member))
  }

  @Test("withdraws what others hold when it stays, and the next plan counts on")
  func stays() throws {
    var (plan, _) = Self.closed()
    let failed = HandOverOutcome.failed(Self.c, "it is full", begun: [Self.b, Self.c])
    #expect(
      plan.handedOver(failed, Self.others, now: Self.at(8000))
        == .undo(withdrawals: [Self.b, Self.c], attempt: 2))
    #expect(plan.undone(withdrawn: [Self.b]) == .fail("c has not taken over: it is full"))
    let (_, attempt) = Self.closed(plan.history)
    #expect(attempt?.number == 3)
    #expect(plan.history.holders == [Self.c])
  }

  @Test("does not go back once others have everything, late as it may be")
  func late() {
    var (plan, _) = Self.closed()
    #expect(
      plan.handedOver(.done(series: 0, slices: 0), Self.others, now: Self.at(9000)) == .switchOver)
    _ = plan.switched(Self.others)
    for _ in 1..<10 {
      #expect(
        plan.bade([Self.b: Self.none, Self.c: .failed("away")], now: Self.at(9001))
          == .wait(milliseconds: 300))
      #expect(plan.waited(Self.others, now: Self.at(9301)) == .bidFarewell([Self.c]))
    }
    #expect(plan.bade([Self.c: .failed("away")], now: Self.at(9900)) == .finish)
    #expect(plan.reason == "not told: c")
  }
}
