/** Commands that run Freshet: the roles, a feed of clicks, and topics. */
@org.jspecify.annotations.NullMarked
package io.freshet.app.cli.run;
