"""Made-up counties: scenarios of people who live, work, travel, and now and then break a bound. Pure, by seed alone."""
