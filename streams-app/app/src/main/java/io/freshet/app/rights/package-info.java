/** The rights on topics, groups and transactional ids that each role needs, and how tools write them. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.rights;
