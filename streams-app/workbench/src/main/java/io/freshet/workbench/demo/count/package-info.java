/**
 * Measurements of the demo: counts of records in each stage, latencies, memory, and the accuracy of the model beside
 * the baselines.
 */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.demo.count;
