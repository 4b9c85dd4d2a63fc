/**
 * Measurements of the demo: counts of records in each stage, latencies, memory, and the accuracy of the model beside
 * the baselines.
 */
@NullMarked
package io.freshet.workbench.demo.count;

import org.jspecify.annotations.NullMarked;
