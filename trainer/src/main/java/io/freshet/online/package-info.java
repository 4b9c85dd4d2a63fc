/**
 * The online loop: reads updated sequences from Kafka, ranks each new click, learns from it, and publishes the changed
 * weights together with the journal that makes the model reproducible.
 */
@NullMarked
package io.freshet.online;

import org.jspecify.annotations.NullMarked;
