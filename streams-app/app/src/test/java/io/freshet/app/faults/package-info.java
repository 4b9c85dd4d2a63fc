/** Faults of brokers, processes, disks, network and clocks, and the invariants that must hold after each of them. */
@NullMarked
package io.freshet.app.faults;

import org.jspecify.annotations.NullMarked;
