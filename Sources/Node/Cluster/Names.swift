// SPDX-License-Identifier: Apache-2.0
import Router

/// The router's word; the message of the same name is written out where it is meant.
typealias NodeIdentity = Router.NodeIdentity
