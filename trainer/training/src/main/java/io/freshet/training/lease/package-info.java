/** The leases of trainers. Trainers of one model form a consumer group, and the member that has partition i of the model log is learner i. */
@org.jspecify.annotations.NullMarked
package io.freshet.training.lease;
