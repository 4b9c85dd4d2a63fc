/** The move of a running system to more partitions: the plan, the copy of the state, and the rest of the clicks. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.repartition;
