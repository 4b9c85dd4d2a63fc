/** The lease of a trainer. Trainers of one model form a consumer group, and the member that has the only partition learns. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.lease;
