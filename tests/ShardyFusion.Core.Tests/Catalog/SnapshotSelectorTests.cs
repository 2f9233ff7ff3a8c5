using ShardyFusion.Catalog;

namespace ShardyFusion.Core.Tests.Catalog;

public class SnapshotSelectorTests
{
    [Fact]
    public void ToString_EachWayToName_SaysWhichSnapshot()
    {
        Assert.Equal("the current snapshot", SnapshotSelector.Current.ToString());
        Assert.Equal("ref 'm'", new SnapshotSelector { Ref = "m" }.ToString());
        Assert.Equal("run 'r'", new SnapshotSelector { RunId = "r" }.ToString());
        Assert.Equal("offset 2", new SnapshotSelector { Offset = 2 }.ToString());
        Assert.Equal("pointer 'CANARY'", new SnapshotSelector { Pointer = "CANARY" }.ToString());
        Assert.Equal("tag 'good'", new SnapshotSelector { Tag = "good" }.ToString());
    }
}
