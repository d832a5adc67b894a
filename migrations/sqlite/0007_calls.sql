-- What clients say in a call, answer by answer. A client may be called several times: each answer belongs to the decision
-- its call led to. What calls before this one heard stays where it is, in decisions.call.

ALTER TABLE answers ADD COLUMN decision_id INTEGER REFERENCES decisions (id); -- validation, recontact: what the call led to

-- One answer to one question: of a refusal, or of one call about it.
DROP INDEX answers_refusal;
CREATE UNIQUE INDEX answers_question ON answers
    (organisation_id, refusal, questionnaire, question, COALESCE(decision_id, 0));
