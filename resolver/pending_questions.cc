#include "resolver/pending_questions.h"

#include <utility>

namespace nave::resolver {

const char* PendingQuestions::WaiterRefusal(const Share& share) const {
  if (waiter_count_ >= kMaxWaiters) return "too many clients wait";
  if (share.waiters >= kMaxWaitersPerGroup) return "too many clients wait for this rule's targets";
  return "";
}

const char* PendingQuestions::QuestionRefusal(const Share& share) const {
  if (questions_.size() >= kMaxQuestions) return "too many questions are under way";
  if (share.questions >= kMaxQuestionsPerGroup) {
    return "too many questions to this rule's targets are under way";
  }
  return "";
}

PendingQuestion* PendingQuestions::Add(const PendingKey& key, const dns::Question& question,
                                       uint64_t hash, uint64_t group, Share* share) {
  ++share->questions;
  std::unique_ptr<PendingQuestion> added(new PendingQuestion{key, question, hash, group, {}});
  return questions_.insert(std::move(added)).first->get();
}

PendingQuestions::Joined PendingQuestions::Join(const PendingKey& key,
                                                const dns::Question& question, uint64_t hash,
                                                uint64_t group, Waiter* waiter) {
  Share& share = shares_[group];
  Joined joined;
  joined.refusal = WaiterRefusal(share);
  const auto found = questions_.find(key);
  joined.is_new = found == questions_.end();
  if (*joined.refusal == '\0' && joined.is_new) joined.refusal = QuestionRefusal(share);
  if (!joined.is_new && (*found)->waiters.size() >= kMaxWaitersPerQuestion) {
    joined.refusal = "too many clients wait for this question";
  }
  // A share that refuses is not empty, or the whole is full: it stays, or goes with its last one.
  if (*joined.refusal != '\0') {
    if (share.questions == 0) shares_.erase(group);
    return joined;
  }
  joined.question = joined.is_new ? Add(key, question, hash, group, &share) : found->get();
  ++waiter_count_;
  ++share.waiters;
  joined.question->waiters.push_back(std::move(*waiter));
  return joined;
}

PendingQuestion* PendingQuestions::AddRefresh(const PendingKey& key, const dns::Question& question,
                                              uint64_t hash, uint64_t group) {
  if (questions_.size() >= kMaxForRefresh || questions_.contains(key)) return nullptr;
  return Add(key, question, hash, group, &shares_[group]);
}

std::unique_ptr<PendingQuestion> PendingQuestions::Take(const PendingQuestion* question) {
  std::unique_ptr<PendingQuestion> taken =
      std::move(questions_.extract(questions_.find(question->key)).value());
  const auto share = shares_.find(taken->group);
  waiter_count_ -= taken->waiters.size();
  share->second.waiters -= taken->waiters.size();
  if (--share->second.questions == 0) shares_.erase(share);
  return taken;
}

}  // namespace nave::resolver
