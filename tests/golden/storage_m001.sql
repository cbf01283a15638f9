BEGIN TRANSACTION;
CREATE TABLE answers (
        session_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        text BLOB NOT NULL,
        has_words INTEGER NOT NULL,
        language TEXT NOT NULL,
        outcome TEXT NOT NULL,
        seconds REAL NOT NULL,
        submitted_at TEXT NOT NULL,
        flagged INTEGER NOT NULL,
        hints_used INTEGER NOT NULL,
        score REAL,
        band TEXT,
        fingerprint TEXT,
        grade TEXT,
        PRIMARY KEY (session_id, position),
        FOREIGN KEY (session_id, position) REFERENCES asked (session_id, position)
            ON DELETE CASCADE
    );
INSERT INTO "answers" VALUES('20260314T090000000000-0000000a',0,X'4C6F524120E68A8AE69D83E9878DE586BBE7BB93EFBC8CE69BB4E696B0E698AFE4BD8EE7A7A9E79A84E380825B7265645D00EDA0BD5B2F5D0D0A09E28099E2809CEFAC81',1,'zh','answered',100.25,'2026-03-14T09:01:40.250000+00:00',1,1,75.0,'good','fake-grader-1','{"score": 75.0, "band": "good", "points": [{"id": "frozen", "verdict": "covered", "weight": 0.25, "statement": "\u9884\u8bad\u7ec3\u6743\u91cd\u4fdd\u6301\u51bb\u7ed3\u3002", "evidence": {"text": "LoRA \u628a\u6743\u91cd\u51bb\u7ed3\uff0c\u66f4\u65b0\u662f\u4f4e\u79e9\u7684\u3002", "start": 0, "end": 18, "similarity": 0.9, "margin": 0.1, "method": "keyword"}}, {"id": "low-rank", "verdict": "covered", "weight": 0.5, "statement": "\u66f4\u65b0\u91cf\u662f\u4e00\u4e2a\u4f4e\u79e9\u4e58\u79ef\u3002", "evidence": {"text": "LoRA \u628a\u6743\u91cd\u51bb\u7ed3\uff0c\u66f4\u65b0\u662f\u4f4e\u79e9\u7684\u3002", "start": 0, "end": 18, "similarity": 0.9, "margin": 0.1, "method": "keyword"}}, {"id": "merge", "verdict": "missed", "weight": 0.25, "statement": "\u53ef\u4ee5\u5408\u5e76\uff0c\u56e0\u6b64\u63a8\u7406\u6ca1\u6709\u989d\u5916\u5f00\u9500\u3002", "evidence": null}], "misconceptions": [], "flags": [], "fingerprint": "fake-grader-1"}');
INSERT INTO "answers" VALUES('20260314T090000000000-0000000a',1,X'',0,'zh','skipped',0.0,'2026-03-14T09:01:50.000000+00:00',0,0,NULL,NULL,NULL,NULL);
INSERT INTO "answers" VALUES('20260314T090000000000-0000000a',2,X'',0,'zh','not-reached',0.0,'2026-03-14T09:01:51.000000+00:00',0,0,NULL,NULL,NULL,NULL);
CREATE TABLE asked (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        question_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        prompt BLOB,
        search TEXT NOT NULL,
        PRIMARY KEY (session_id, position)
    );
INSERT INTO "asked" VALUES('20260314T090000000000-0000000a',0,'lora-idea','lora',X'E8AFB7E8AEB2E8AEB2204C6F524120E79A84E6809DE683B3E380820A0A312E20E8AEADE7BB83E79A84E698AFE4BB80E4B988EFBC9F0A322E20E586BBE7BB93E79A84E698AFE4BB80E4B988EFBC9F0A332E20E68EA8E79086E697B6E8A681E4BB98E587BAE4BB80E4B988E4BBA3E4BBB7EFBC9F','lora
lora-idea
请讲讲 lora 的思想。

1. 训练的是什么?
2. 冻结的是什么?
3. 推理时要付出什么代价?
lora 把权重冻结,更新是低秩的。[red]��[/]
	’“fi');
INSERT INTO "asked" VALUES('20260314T090000000000-0000000a',1,'flash-attention','attention',X'2A2A466C617368417474656E74696F6E2A2A20E5AFB92AE7B2BEE7A1AE2AE6B3A8E6848FE58A9BE79A84E8AEA1E7AE97E5819AE4BA86E4BB80E4B988E694B9E58AA8EFBC9FE4B8BAE4BB80E4B988E69BB4E5BFABEFBC9F0A0AE8AFB7E4BB8EE4B88BE99DA2E8BF99E8A18CE4BBA3E7A081E587BAE58F91EFBC8CE8AFB4E6988EE593AAE4B8AAE79FA9E998B5E4BB8EE4B88DE58699E59B9EE698BEE5AD98EFBC9A0A0A606060707974686F6E0A6F7574203D20736F66746D617828712040206B2E54202F20642A2A302E3529204020760A606060','attention
flash-attention
**flashattention** 对*精确*注意力的计算做了什么改动?为什么更快?

请从下面这行代码出发,说明哪个矩阵从不写回显存:

```python
out = softmax(q @ k.t / d**0.5) @ v
```
');
INSERT INTO "asked" VALUES('20260314T090000000000-0000000a',2,'rag-vs-finetune','rag',X'E4BB80E4B988E697B6E580992052414720E6AF94E5BEAEE8B083E69BB4E59088E98082EFBC9F','rag
rag-vs-finetune
什么时候 rag 比微调更合适?
');
INSERT INTO "asked" VALUES('20260315T090000000000-0000000b',0,'gqa-what','attention',NULL,'attention
gqa-what

');
INSERT INTO "asked" VALUES('20260315T090000000000-0000000b',1,'qlora-idea','lora',NULL,'lora
qlora-idea

');
CREATE TABLE drafts (
        session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        text BLOB NOT NULL,
        flagged INTEGER NOT NULL,
        hints_used INTEGER NOT NULL,
        seconds REAL NOT NULL
    );
INSERT INTO "drafts" VALUES('20260315T090000000000-0000000b',X'68616C6620612073656E74656E6365',1,1,12.5);
CREATE TABLE migrations (name TEXT NOT NULL UNIQUE);
INSERT INTO "migrations" VALUES('m001_sessions');
CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY,
        mode TEXT NOT NULL,
        language TEXT NOT NULL,
        plan_topics TEXT NOT NULL,
        level TEXT,
        count INTEGER NOT NULL,
        minutes REAL,
        seed TEXT NOT NULL,
        topics TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        elapsed REAL NOT NULL
    );
INSERT INTO "sessions" VALUES('20260314T090000000000-0000000a','interview','zh','[]',NULL,3,20.0,'1180591620717411303424','["lora", "attention", "rag"]','2026-03-14T09:00:00.000000+00:00','2026-03-14T09:01:51.000000+00:00',111.0);
INSERT INTO "sessions" VALUES('20260315T090000000000-0000000b','drill','en','["attention", "lora"]','mid',2,NULL,'-1','["attention", "lora"]','2026-03-15T09:00:00.000000+00:00',NULL,12.5);
CREATE INDEX sessions_by_start ON sessions (started_at);
CREATE INDEX answers_without_grade ON answers (submitted_at)
        WHERE has_words = 1 AND grade IS NULL;
COMMIT;
