/**
 * The online loop: reads updated sequences from Kafka, ranks what came next, learns from it, and publishes what changed
 * together with the journal that makes the model reproducible.
 */
@NullMarked
package io.freshet.online;

import org.jspecify.annotations.NullMarked;
