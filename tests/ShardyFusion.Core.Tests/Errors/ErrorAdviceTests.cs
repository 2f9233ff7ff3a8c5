using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Errors;

public class ErrorAdviceTests
{
    [Fact]
    public void RecommendedAction_EveryKind_HasItsOwnAdvice()
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
            Assert.NotEqual("See the message.", new ShardyFusionException(kind, "x").RecommendedAction);
    }
}
