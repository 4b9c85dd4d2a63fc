/** Variants: the assignment of users, the process that answers, and the accuracy of the answers. */
@org.jspecify.annotations.NullMarked
package io.freshet.service.variant;
